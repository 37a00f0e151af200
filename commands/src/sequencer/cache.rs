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
    coupon::Coupon,
    exception::OrderException,
    fulfillment::Fulfillment,
    merchant::Merchant,
    order::Order,
    payment::Payment,
    points::PointsAccount,
    product::Product,
    quota::PurchaseQuota,
    recorded::Recorded,
    refund::Refund,
    returns::Return,
    stock::{Stock, StockId},
    text::{Location, Sku},
    used_reference::UsedReference,
};

use crate::{
    aggregates::{Kept, each_aggregate},
    log::{Loaded, Wanted},
    sequencer::draft::Target,
};

/// A state and how many events made it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Versioned<A> {
    pub(crate) state: A,
    pub(crate) version: Version,
}

impl<A: Kept> Versioned<A> {
    /// The aggregate as what a command is for.
    pub(crate) fn target(&mut self, id: &A::Id) -> Target<'_, A> {
        Target { id: id.to_string(), state: &mut self.state, version: &mut self.version }
    }
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

/// Empty while a batch works on what it holds, and for good when the batch came to nothing.
type Place<Value> = Option<Value>;

macro_rules! define_memory {
    ($($plural:ident: $Aggregate:ident,)+) => {
        /// What a batch works on.
        #[derive(Debug, Default)]
        pub(crate) struct Working {
            $(pub(crate) $plural: HashMap<<$Aggregate as Kept>::Id, Versioned<$Aggregate>>,)+
            pub(crate) shelves: HashMap<Sku, CachedShelf>,
        }

        /// What a batch needs to work on.
        #[derive(Debug, Default)]
        pub(crate) struct Needs {
            $(pub(crate) $plural: Vec<<$Aggregate as Kept>::Id>,)+
            pub(crate) shelves: Vec<Sku>,
        }

        impl Needs {
            pub(crate) fn is_empty(&self) -> bool {
                $(self.$plural.is_empty() &&)+ self.shelves.is_empty()
            }
        }

        /// The aggregates that were used last. A place stays while what it holds is in a working set: to take it out and
        /// put it back would make and free it for every line of every order.
        #[derive(Debug)]
        pub(crate) struct Cache {
            $($plural: LruCache<<$Aggregate as Kept>::Id, Place<Versioned<$Aggregate>>>,)+
            shelves: LruCache<Sku, Place<CachedShelf>>,
        }

        impl Cache {
            /// Keeps at most `capacity` aggregates of each kind.
            pub(crate) fn new(capacity: NonZeroUsize) -> Self {
                Self { $($plural: LruCache::new(capacity),)+ shelves: LruCache::new(capacity) }
            }

            /// Moves what is needed into the working set. What is not in memory enters it as if it had never been, and is
            /// asked for in the answer.
            pub(crate) fn check_out(&mut self, needs: Needs, working: &mut Working) -> Wanted {
                let mut wanted = Wanted::default();
                $(take(&mut self.$plural, needs.$plural, &mut working.$plural, |id| {
                    wanted.exactly($Aggregate::TYPE, id.to_string());
                });)+
                take(&mut self.shelves, needs.shelves, &mut working.shelves, |sku| {
                    // Every location of the SKU: `@` divides the two, and `A` is the character after it.
                    wanted.range(Stock::TYPE, format!("{sku}@"), format!("{sku}A"));
                });
                wanted
            }

            /// Takes the working set of a committed batch back. What does not exist is not kept where ids are free to
            /// invent: they must not push out what exists.
            pub(crate) fn check_in(&mut self, working: Working) {
                $(put(&mut self.$plural, working.$plural, |kept| {
                    kept.version.sequence > 0 || $Aggregate::KEPT_BEFORE_ITS_FIRST_EVENT
                });)+
                put(&mut self.shelves, working.shelves, |shelf| !shelf.stocks.is_empty());
            }

            /// Forgets the aggregates that these events are of: they were changed by what did not come into the log.
            pub(crate) fn evict(&mut self, events: &[Recorded]) {
                for Recorded { aggregate_type, aggregate_id: id, .. } in events {
                    match aggregate_type.as_ref() {
                        $(<$Aggregate as Aggregate>::TYPE => forget(&mut self.$plural, id.parse().ok()),)+
                        Stock::TYPE => forget(&mut self.shelves, id.parse().ok().map(|StockId { sku, .. }| sku)),
                        _ => self.clear(),
                    }
                }
            }

            /// Forgets everything: another node has written, or may have.
            pub(crate) fn clear(&mut self) {
                $(self.$plural.clear();)+
                self.shelves.clear();
            }
        }

        impl Working {
            /// Fills in what was loaded from the log. A stream whose id cannot be read is nobody's: no command can name it.
            pub(crate) fn fill(&mut self, loaded: Vec<Loaded>) {
                for stream in loaded {
                    match stream {
                        $(Loaded::$Aggregate(id, state, sequence) => {
                            set(&mut self.$plural, id.parse().ok(), state, sequence);
                        })+
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
    };
}
each_aggregate!(define_memory but stocks);

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

/// The snapshot is taken to be as new as the load: the next is due when the stream has grown from here.
fn set<Key: Hash + Eq, A>(states: &mut HashMap<Key, Versioned<A>>, key: Option<Key>, state: A, sequence: i64) {
    if let Some(key) = key {
        states.insert(key, Versioned { state, version: Version { sequence, snapshot: sequence } });
    }
}
