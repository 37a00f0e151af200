use cqrs_es::{
    Aggregate,
    persist::{PersistedEventRepository, PersistenceError, SerializedEvent},
};
use futures_util::TryStreamExt;
use postgres_es::PostgresEventRepository;
use purser_domain::{
    coupon::Coupon, exception::OrderException, fulfillment::Fulfillment, merchant::Merchant, order::Order,
    payment::Payment, points::PointsAccount, product::Product, quota::PurchaseQuota, recorded::Recorded,
    refund::Refund, returns::Return, stock::Stock, upcast::Upcasters, used_reference::UsedReference,
};
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use sqlx::{PgConnection, PgPool, Row, postgres::PgRow};

use crate::{
    aggregates::each_aggregate,
    log::snapshots::{SNAPSHOT_FORM, store},
};

/// The streams that a batch needs and that are not in memory.
#[derive(Debug, Default)]
pub(crate) struct Wanted {
    aggregate_types: Vec<&'static str>,
    first_ids: Vec<String>,
    last_ids: Vec<String>,
}

impl Wanted {
    /// One stream.
    pub(crate) fn exactly(&mut self, aggregate_type: &'static str, id: String) {
        self.range(aggregate_type, id.clone(), id);
    }

    /// All streams whose ids lie between the two, both included.
    pub(crate) fn range(&mut self, aggregate_type: &'static str, first: String, last: String) {
        self.aggregate_types.push(aggregate_type);
        self.first_ids.push(first);
        self.last_ids.push(last);
    }

    /// The only wanted stream, if there is only one and its aggregate never has a snapshot.
    pub(crate) fn only_short_stream(&self) -> Option<(&'static str, &str)> {
        match (self.aggregate_types.as_slice(), self.first_ids.as_slice()) {
            (&[aggregate_type @ (Order::TYPE | Refund::TYPE)], [id]) => Some((aggregate_type, id)),
            _ => None,
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.aggregate_types.is_empty()
    }
}

macro_rules! define_loaded {
    ($($plural:ident: $Aggregate:ident,)+) => {
        /// A stream's id, its state as the log has it, and how many events made it.
        #[derive(Debug)]
        pub(crate) enum Loaded {
            $($Aggregate(String, $Aggregate, i64),)+
        }

        impl Loaded {
            fn begin(row: &Recorded) -> Result<Self, sqlx::Error> {
                let id = row.aggregate_id.clone();
                match row.aggregate_type.as_ref() {
                    $(<$Aggregate as Aggregate>::TYPE => Ok(Self::$Aggregate(id, $Aggregate::default(), 0)),)+
                    other => Err(sqlx::Error::Decode(format!("unknown aggregate type {other}").into())),
                }
            }

            fn is(&self, aggregate_type: &str, aggregate_id: &str) -> bool {
                let (own_type, own_id) = match self {
                    $(Self::$Aggregate(id, ..) => (<$Aggregate as Aggregate>::TYPE, id),)+
                };
                own_type == aggregate_type && own_id == aggregate_id
            }

            fn take(&mut self, row: &Recorded, upcasters: &Upcasters) -> Result<(), sqlx::Error> {
                match self {
                    $(Self::$Aggregate(_, state, sequence) => fold(state, sequence, row, upcasters),)+
                }
            }

            /// Writes the state down as the snapshot of its stream.
            pub(crate) async fn store(&self, connection: &mut PgConnection) -> Result<(), sqlx::Error> {
                match self {
                    $(Self::$Aggregate(id, state, sequence) => store(connection, id, state, *sequence).await,)+
                }
            }
        }
    };
}
each_aggregate!(define_loaded);

/// Loads all wanted streams in one query. A stream that does not exist is not among the answers.
pub(crate) async fn load(
    connection: &mut PgConnection,
    wanted: &Wanted,
    upcasters: &Upcasters,
) -> Result<Vec<Loaded>, sqlx::Error> {
    let mut rows = sqlx::query(include_str!("load.sql"))
        .bind(&wanted.aggregate_types)
        .bind(&wanted.first_ids)
        .bind(&wanted.last_ids)
        .bind(SNAPSHOT_FORM)
        .fetch(connection);
    let mut loaded: Vec<Loaded> = Vec::new();
    while let Some(row) = rows.try_next().await? {
        let recorded = read(&row)?;
        let same_stream = loaded.last().is_some_and(|last| last.is(&recorded.aggregate_type, &recorded.aggregate_id));
        if !same_stream {
            loaded.push(Loaded::begin(&recorded)?);
        }
        if let Some(last) = loaded.last_mut() {
            last.take(&recorded, upcasters)?;
        }
    }
    Ok(loaded)
}

fn read(row: &PgRow) -> Result<Recorded, sqlx::Error> {
    Ok(Recorded {
        position: 0,
        recorded_at: chrono::DateTime::UNIX_EPOCH,
        aggregate_type: row.try_get::<String, _>("aggregate_type")?.into(),
        aggregate_id: row.try_get("aggregate_id")?,
        sequence: row.try_get("sequence")?,
        event_type: row.try_get::<String, _>("event_type")?.into(),
        event_version: row.try_get::<String, _>("event_version")?.into(),
        payload: RawValue::from_string(row.try_get("payload")?)
            .map_err(|error| sqlx::Error::Decode(Box::new(error)))?,
        metadata: RawValue::NULL.to_owned().into(),
    })
}

/// Takes a row onto a state: a snapshot replaces it, an event is applied. A gap is an error, never skipped.
fn fold<A: Aggregate + DeserializeOwned>(
    state: &mut A,
    sequence: &mut i64,
    row: &Recorded,
    upcasters: &Upcasters,
) -> Result<(), sqlx::Error> {
    let decode = |error: serde_json::Error| sqlx::Error::Decode(Box::new(error));
    if row.event_type.is_empty() {
        *state = serde_json::from_str(row.payload.get()).map_err(decode)?;
    } else if row.sequence == *sequence + 1 {
        state.apply(upcasters.read::<A::Event>(row).map_err(decode)?);
    } else {
        let gap = format!("{} {} jumps from {sequence} to {}", row.aggregate_type, row.aggregate_id, row.sequence);
        return Err(sqlx::Error::Decode(gap.into()));
    }
    *sequence = row.sequence;
    Ok(())
}

/// The repository of postgres-es, which expects columns of type `json`. They are in a view over the log, whose own columns
/// are plain text.
pub(crate) fn repository(pool: PgPool) -> PostgresEventRepository {
    // Snapshots are not taken through it: in cqrs-es 0.5.0 those stores apply the events of a commit twice.
    PostgresEventRepository::new(pool).with_tables("events_json", "snapshots")
}

/// Loads one short stream through postgres-es: the ordinary case of a cold order that is paid or shipped.
pub(crate) async fn load_one(
    repository: &PostgresEventRepository,
    aggregate_type: &'static str,
    id: &str,
    upcasters: &Upcasters,
) -> Result<Vec<Loaded>, sqlx::Error> {
    let events = match aggregate_type {
        Order::TYPE => repository.get_events::<Order>(id).await,
        _ => repository.get_events::<Refund>(id).await,
    }
    .map_err(cause)?;
    let mut loaded: Option<Loaded> = None;
    for event in events {
        let recorded = recorded(event).map_err(|error| sqlx::Error::Decode(Box::new(error)))?;
        let mut state = match loaded.take() {
            None => Loaded::begin(&recorded)?,
            Some(state) => state,
        };
        state.take(&recorded, upcasters)?;
        loaded = Some(state);
    }
    Ok(loaded.into_iter().collect())
}

/// What the database said, where it said it: a log out of reach is not a log that makes no sense.
fn cause(error: PersistenceError) -> sqlx::Error {
    match error {
        PersistenceError::ConnectionError(source) | PersistenceError::UnknownError(source) => {
            source.downcast::<sqlx::Error>().map_or_else(sqlx::Error::Decode, |source| *source)
        }
        error @ (PersistenceError::OptimisticLockError | PersistenceError::DeserializationError(_)) => {
            sqlx::Error::Decode(Box::new(error))
        }
    }
}

fn recorded(event: SerializedEvent) -> Result<Recorded, serde_json::Error> {
    Ok(Recorded {
        position: 0,
        recorded_at: chrono::DateTime::UNIX_EPOCH,
        aggregate_type: event.aggregate_type.into(),
        aggregate_id: event.aggregate_id,
        sequence: i64::try_from(event.sequence).unwrap_or(i64::MAX),
        event_type: event.event_type.into(),
        event_version: event.event_version.into(),
        payload: serde_json::value::to_raw_value(&event.payload)?,
        metadata: RawValue::NULL.to_owned().into(),
    })
}
