//! Golden files: the stored form of every event, byte for byte.
//!
//! `NAME.VERSION.json` holds a fully filled event; more forms of it carry a label, as in `NAME.VERSION.minimal.json`. A
//! file is written once and never changed: when the form of an event changes, its version is raised, new files stand
//! beside the old ones, and the old ones must still be read. `PURSER_WRITE_GOLDEN=1 cargo test -p purser-domain golden`
//! writes the files that are missing.

use std::{
    collections::BTreeMap,
    fs,
    io::{ErrorKind, Write},
    path::{Path, PathBuf},
};

use cqrs_es::{Aggregate, DomainEvent};

use crate::{
    coupon::Coupon,
    event::Event,
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
    samples::{self, Sample, at, events, exceptions},
    stock::Stock,
    upcast::Upcasters,
    used_reference::UsedReference,
};

struct Golden {
    aggregate_type: &'static str,
    aggregate_id: &'static str,
    name: String,
    version: String,
    label: &'static str,
    event: Event,
    json: String,
}

impl Golden {
    fn of<A: Aggregate>(
        aggregate_id: &'static str,
        samples: Vec<Sample<A::Event>>,
        typed: impl Fn(A::Event) -> Event,
    ) -> Vec<Self> {
        let golden = |Sample { variant, label, value }: Sample<A::Event>| {
            assert_eq!(value.event_type(), variant, "the name in the log is not the variant's");
            Self {
                aggregate_type: A::TYPE,
                aggregate_id,
                name: value.event_type(),
                version: value.event_version(),
                label,
                json: serde_json::to_string(&value).unwrap(),
                event: typed(value),
            }
        };
        samples.into_iter().map(golden).collect()
    }

    fn all() -> Vec<Self> {
        let refund = "rfd_00000000000000000000000000000002";
        let mut all = Self::of::<Order>("ord_00000000000000000000000000000001", events::order_events(), |event| {
            Event::Order(samples::order_id(1), event)
        });
        all.extend(Self::of::<Stock>("85123A@main", events::stock_events(), |event| {
            Event::Stock(samples::text("85123A@main"), event)
        }));
        all.extend(Self::of::<Product>("85123A", events::product_events(), |event| {
            Event::Product(samples::text("85123A"), event)
        }));
        let payment = "pay_00000000000000000000000000000003";
        all.extend(Self::of::<Payment>(payment, events::payment_events(), |event| {
            Event::Payment(samples::text(payment), event)
        }));
        all.extend(Self::of::<Refund>(refund, events::refund_events(), |event| {
            Event::Refund(samples::text(refund), event)
        }));
        let fulfillment = "ful_00000000000000000000000000000003";
        all.extend(Self::of::<Fulfillment>(fulfillment, events::fulfillment_events(), |event| {
            Event::Fulfillment(samples::text(fulfillment), event)
        }));
        let returned = "ret_00000000000000000000000000000004";
        all.extend(Self::of::<Return>(returned, events::return_events(), |event| {
            Event::Return(samples::text(returned), event)
        }));
        all.extend(Self::of::<Coupon>("SPRING-10", events::coupon_events(), |event| {
            Event::Coupon(samples::text("SPRING-10"), event)
        }));
        all.extend(Self::of::<PointsAccount>("17850", events::points_events(), |event| {
            Event::Points(samples::text("17850"), event)
        }));
        all.extend(Self::of::<PurchaseQuota>("17850/85123A", events::quota_events(), |event| {
            Event::Quota(samples::text("17850/85123A"), event)
        }));
        all.extend(Self::of::<UsedReference>("gifts/tx-1", events::reference_events(), |event| {
            Event::Reference(samples::text("gifts/tx-1"), event)
        }));
        all.extend(Self::of::<Merchant>("gifts", events::merchant_events(), |event| {
            Event::Merchant(samples::text("gifts"), event)
        }));
        let exception = "exc_00000000000000000000000000000005";
        all.extend(Self::of::<OrderException>(exception, exceptions::exception_events(), |event| {
            Event::Exception(samples::text(exception), event)
        }));
        all
    }

    fn file_name(&self) -> String {
        let label = if self.label.is_empty() { String::new() } else { format!(".{}", self.label) };
        format!("{}.{}{label}.json", self.name, self.version)
    }

    fn recorded(&self, version: String, json: &str) -> Recorded {
        Recorded {
            position: 1,
            recorded_at: at(0),
            aggregate_type: self.aggregate_type.into(),
            aggregate_id: self.aggregate_id.to_owned(),
            sequence: 1,
            event_type: self.name.clone().into(),
            event_version: version.into(),
            payload: serde_json::from_str(json).unwrap(),
            metadata: serde_json::from_str("{}").unwrap(),
        }
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src/golden")
}

/// The file without the line break at its end.
fn read(path: &Path) -> Option<String> {
    match fs::read_to_string(path) {
        Ok(text) => Some(text.strip_suffix('\n').unwrap_or(&text).to_owned()),
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Err(error) => panic!("{}: {error}", path.display()),
    }
}

fn write_if_asked(path: &Path, json: &str) {
    if std::env::var_os("PURSER_WRITE_GOLDEN").is_some_and(|value| value == "1") && !path.exists() {
        fs::File::create_new(path).unwrap().write_all(format!("{json}\n").as_bytes()).unwrap();
    }
}

fn version(text: &str) -> Option<(u32, u32)> {
    let (major, minor) = text.split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

#[test]
fn every_event_is_written_as_its_golden_file_says_and_reads_back_equal() {
    for golden in Golden::all() {
        let path = folder().join(golden.file_name());
        write_if_asked(&path, &golden.json);
        let stored = read(&path).unwrap_or_else(|| {
            panic!("{} is missing: run the tests once with PURSER_WRITE_GOLDEN=1 and commit it", golden.file_name())
        });
        assert_eq!(golden.json, stored, "{}: the stored form changed: raise the version", golden.file_name());
        let recorded = golden.recorded(golden.version.clone(), &stored);
        let read = Event::decode(&recorded, &Upcasters::current()).unwrap();
        assert_eq!(read, golden.event, "{} reads as another event", golden.file_name());
    }
}

/// Also the files of older versions, which the upcasters must carry forward.
#[test]
fn every_golden_file_belongs_to_an_event_and_can_be_read() {
    let all = Golden::all();
    let current: BTreeMap<String, &Golden> = all.iter().map(|golden| (golden.file_name(), golden)).collect();
    assert_eq!(current.len(), all.len(), "two forms of one event share a label");
    let by_name: BTreeMap<&str, &Golden> = all.iter().map(|golden| (golden.name.as_str(), golden)).collect();
    for entry in fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        let file = path.file_name().unwrap().to_str().unwrap().to_owned();
        if current.contains_key(&file) {
            continue;
        }
        let parts: Vec<&str> = file.splitn(4, '.').collect();
        let &[name, major, minor, _] = parts.as_slice() else { panic!("{file} is no golden file") };
        let golden = by_name.get(name).unwrap_or_else(|| panic!("{file} belongs to no event"));
        let file_version = format!("{major}.{minor}");
        assert!(version(&file_version) < version(&golden.version), "{file} belongs to no form of {name}");
        let recorded = golden.recorded(file_version, &read(&path).unwrap());
        Event::decode(&recorded, &Upcasters::current()).unwrap_or_else(|error| panic!("{file}: {error}"));
    }
}

#[test]
fn no_two_events_share_a_name() {
    let mut names = BTreeMap::new();
    for golden in Golden::all() {
        let other = names.insert(golden.name.clone(), golden.aggregate_type).unwrap_or(golden.aggregate_type);
        assert_eq!(other, golden.aggregate_type, "{} is an event of two aggregates", golden.name);
    }
}
