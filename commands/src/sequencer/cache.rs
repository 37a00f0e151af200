//! Aggregates in memory: a bounded cache, and the working set that a batch takes out of it.
//!
//! A batch owns what it changes. When its append succeeds, the working set goes back into the cache; when it does not, it
//! is dropped, and with it every state that was never committed.

use std::{
    collections::{BTreeMap, HashMap, hash_map::Entry},
    hash::Hash,
    num::NonZeroUsize,
};

use cqrs_es::Aggregate;
use lru::LruCache;
use purser_domain::{
    allocation::Shelf,
    ids::{OrderId, RefundId},
    order::Order,
    product::Product,
    recorded::Recorded,
    refund::Refund,
    stock::{Stock, StockId},
    text::{Location, Sku},
};

use crate::log::{Loaded, Wanted};

/// A state and how many events made it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Versioned<A> {
    pub(crate) state: A,
    pub(crate) version: Version,
}

/// How far a stream has come, and up to where it is in a snapshot.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Version {
    pub(crate) sequence: i64,
    pub(crate) snapshot: i64,
}

/// The stock of one SKU at all locations.
#[derive(Debug, Default)]
pub(crate) struct CachedShelf {
    pub(crate) stocks: Shelf,
    pub(crate) versions: BTreeMap<Location, Version>,
}

/// What a batch works on.
#[derive(Debug, Default)]
pub(crate) struct Working {
    pub(crate) orders: HashMap<OrderId, Versioned<Order>>,
    pub(crate) products: HashMap<Sku, Versioned<Product>>,
    pub(crate) shelves: HashMap<Sku, CachedShelf>,
    pub(crate) refunds: HashMap<RefundId, Versioned<Refund>>,
}

/// What a batch needs to work on.
#[derive(Debug, Default)]
pub(crate) struct Needs {
    pub(crate) orders: Vec<OrderId>,
    pub(crate) products: Vec<Sku>,
    pub(crate) shelves: Vec<Sku>,
    pub(crate) refunds: Vec<RefundId>,
}

/// The aggregates that were used last. A place stays while what it holds is in a working set: to take it out and put it back
/// would make and free it for every line of every order.
#[derive(Debug)]
pub(crate) struct Cache {
    orders: LruCache<OrderId, Place<Versioned<Order>>>,
    products: LruCache<Sku, Place<Versioned<Product>>>,
    shelves: LruCache<Sku, Place<CachedShelf>>,
    refunds: LruCache<RefundId, Place<Versioned<Refund>>>,
}

/// Empty while a batch works on what it holds, and for good when the batch came to nothing.
type Place<Value> = Option<Value>;

impl Cache {
    /// Keeps at most `capacity` aggregates of each kind.
    pub(crate) fn new(capacity: NonZeroUsize) -> Self {
        Self {
            orders: LruCache::new(capacity),
            products: LruCache::new(capacity),
            shelves: LruCache::new(capacity),
            refunds: LruCache::new(capacity),
        }
    }

    /// Moves what is needed into the working set. What is not in memory enters it as if it had never been, and is asked
    /// for in the answer.
    pub(crate) fn check_out(&mut self, needs: Needs, working: &mut Working) -> Wanted {
        let mut wanted = Wanted::default();
        take(&mut self.orders, needs.orders, &mut working.orders, |order| {
            wanted.exactly(Order::TYPE, order.to_string());
        });
        take(&mut self.products, needs.products, &mut working.products, |sku| {
            wanted.exactly(Product::TYPE, sku.to_string());
        });
        take(&mut self.shelves, needs.shelves, &mut working.shelves, |sku| {
            // Every location of the SKU: `@` divides the two, and `A` is the character after it.
            wanted.range(Stock::TYPE, format!("{sku}@"), format!("{sku}A"));
        });
        take(&mut self.refunds, needs.refunds, &mut working.refunds, |refund| {
            wanted.exactly(Refund::TYPE, refund.to_string());
        });
        wanted
    }

    /// Takes the working set of a committed batch back. What does not exist is not kept: ids that nobody has ever used
    /// are free to invent, and must not push out what exists.
    pub(crate) fn check_in(&mut self, working: Working) {
        put(&mut self.orders, working.orders, |order| order.version.sequence > 0);
        put(&mut self.products, working.products, |product| product.version.sequence > 0);
        put(&mut self.shelves, working.shelves, |shelf| !shelf.stocks.is_empty());
        put(&mut self.refunds, working.refunds, |refund| refund.version.sequence > 0);
    }

    /// Forgets the aggregates that these events are of: they were changed by what did not come into the log.
    pub(crate) fn evict(&mut self, events: &[Recorded]) {
        for Recorded { aggregate_type, aggregate_id: id, .. } in events {
            match aggregate_type.as_ref() {
                Order::TYPE => forget(&mut self.orders, id.parse().ok()),
                Product::TYPE => forget(&mut self.products, id.parse().ok()),
                Stock::TYPE => forget(&mut self.shelves, id.parse().ok().map(|StockId { sku, .. }| sku)),
                Refund::TYPE => forget(&mut self.refunds, id.parse().ok()),
                _ => self.clear(),
            }
        }
    }

    /// Forgets everything: another node has written, or may have.
    pub(crate) fn clear(&mut self) {
        self.orders.clear();
        self.products.clear();
        self.shelves.clear();
        self.refunds.clear();
    }
}

fn take<Key: Hash + Eq + Clone, Value: Default>(
    cache: &mut LruCache<Key, Place<Value>>,
    keys: Vec<Key>,
    working: &mut HashMap<Key, Value>,
    mut missing: impl FnMut(&Key),
) {
    for key in keys {
        if let Entry::Vacant(vacant) = working.entry(key) {
            let value = cache.get_mut(vacant.key()).and_then(Option::take).unwrap_or_else(|| {
                missing(vacant.key());
                Value::default()
            });
            vacant.insert(value);
        }
    }
}

fn put<Key: Hash + Eq, Value>(
    cache: &mut LruCache<Key, Place<Value>>,
    working: HashMap<Key, Value>,
    exists: impl Fn(&Value) -> bool,
) {
    for (key, value) in working.into_iter().filter(|(_, value)| exists(value)) {
        match cache.peek_mut(&key) {
            Some(place) => *place = Some(value),
            None => {
                cache.push(key, Some(value));
            }
        }
    }
}

/// An id that cannot be read is nobody's.
fn forget<Key: Hash + Eq, Value>(cache: &mut LruCache<Key, Place<Value>>, key: Option<Key>) {
    if let Some(key) = key {
        cache.pop(&key);
    }
}

impl Working {
    /// Fills in what was loaded from the log. A stream whose id cannot be read is nobody's: no command can name it.
    pub(crate) fn fill(&mut self, loaded: Vec<Loaded>) {
        for stream in loaded {
            match stream {
                Loaded::Order(id, state, sequence) => set(&mut self.orders, id.parse().ok(), state, sequence),
                Loaded::Product(id, state, sequence) => set(&mut self.products, id.parse().ok(), state, sequence),
                Loaded::Refund(id, state, sequence) => set(&mut self.refunds, id.parse().ok(), state, sequence),
                Loaded::Stock(id, state, sequence) => {
                    if let Ok(StockId { sku, location }) = id.parse() {
                        let shelf = self.shelves.entry(sku).or_default();
                        shelf.stocks.insert(location.clone(), state);
                        shelf.versions.insert(location, Version { sequence, snapshot: sequence });
                    }
                }
            }
        }
    }
}

/// The snapshot is taken to be as new as the load: the next is due when the stream has grown from here.
fn set<Key: Hash + Eq, A>(states: &mut HashMap<Key, Versioned<A>>, key: Option<Key>, state: A, sequence: i64) {
    if let Some(key) = key {
        states.insert(key, Versioned { state, version: Version { sequence, snapshot: sequence } });
    }
}
