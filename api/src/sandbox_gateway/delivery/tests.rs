use std::path::PathBuf;

use super::*;
use crate::sandbox_gateway::Faults;

fn courier(retry: RetrySettings) -> Courier {
    let settings = SandboxSettings {
        listen: ([127, 0, 0, 1], 0).into(),
        data_dir: PathBuf::new(),
        webhook_url: "http://127.0.0.1:1".parse().unwrap(),
        webhooks: Webhooks::new(STRANGERS_SECRET.parse().unwrap()),
        retry,
        auto_pay: None,
        seed: 1,
        faults: Faults::default(),
    };
    Courier::try_new(&settings, Dice::new(settings.seed)).unwrap()
}

fn callback(id: &str) -> Callback {
    Callback {
        id: id.to_owned(),
        payment: "pay_1".parse().unwrap(),
        body: String::new(),
        at: Timestamp::UNIX_EPOCH,
        due: Timestamp::UNIX_EPOCH,
        times: 1,
        delayed: false,
        held: false,
        forgery: None,
    }
}

#[test]
fn pauses_double_up_to_the_longest_and_are_cut_by_up_to_a_half() {
    let retry = RetrySettings::default();
    let courier = courier(retry);
    for (attempts, doubled_s) in [(1, 1), (2, 2), (5, 16), (12, 2_048), (13, 3_600), (40, 3_600), (u32::MAX, 3_600)] {
        let pause = courier.pause(&callback("msg_1"), attempts);
        let doubled = Duration::from_secs(doubled_s);
        assert!((doubled / 2..=doubled).contains(&pause), "{pause:?} after {attempts} attempts");
    }
}

#[test]
fn callbacks_do_not_come_back_in_step() {
    let courier = courier(RetrySettings::default());
    let pauses: std::collections::HashSet<_> =
        (0..20).map(|number| courier.pause(&callback(&format!("msg_{number}")), 5)).collect();
    assert!(pauses.len() > 15, "{pauses:?}");
}
