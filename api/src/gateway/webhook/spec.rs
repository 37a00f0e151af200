use axum::http::HeaderValue;
use proptest::prelude::*;

use super::*;

/// The vector that the reference libraries of Standard Webhooks are tested with.
const PUBLISHED: (&str, &str, i64, &str, &str) = (
    "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    "msg_p5jXN8AQM9LWM0D4loKWxJek",
    1_614_265_330,
    r#"{"test": 2432232314}"#,
    "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
);

const OTHER_SECRET: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";

fn at(seconds: i64) -> Timestamp {
    DateTime::from_timestamp(seconds, 0).unwrap()
}

fn knowing(secret: &str) -> Webhooks {
    Webhooks::new(secret.parse().unwrap())
}

fn headers(id: &str, timestamp: &str, signature: &str) -> HeaderMap {
    let value = |text: &str| HeaderValue::from_str(text).unwrap();
    [(WEBHOOK_ID, value(id)), (WEBHOOK_TIMESTAMP, value(timestamp)), (WEBHOOK_SIGNATURE, value(signature))]
        .into_iter()
        .collect()
}

fn published_headers() -> HeaderMap {
    headers(PUBLISHED.1, &PUBLISHED.2.to_string(), PUBLISHED.4)
}

fn judged(headers: &HeaderMap) -> Result<Verified, WebhookError> {
    knowing(PUBLISHED.0).verify(headers, PUBLISHED.3.as_bytes(), at(PUBLISHED.2))
}

#[test]
fn the_published_vector_is_signed_and_verified() {
    let (secret, id, seconds, body, signature) = PUBLISHED;
    assert_eq!(knowing(secret).sign(id, at(seconds), body.as_bytes()), signature);
    assert_eq!(judged(&published_headers()), Ok(Verified { id: id.to_owned(), sent_at: at(seconds) }));
}

#[test]
fn a_message_is_believed_for_five_minutes_in_both_directions_and_not_a_second_longer() {
    let (secret, _, seconds, body, _) = PUBLISHED;
    let judged_at = |now| knowing(secret).verify(&published_headers(), body.as_bytes(), at(now));
    assert!(judged_at(seconds + 300).is_ok());
    assert!(judged_at(seconds - 300).is_ok());
    assert_eq!(judged_at(seconds + 301), Err(WebhookError::TooOld { seconds: 301 }));
    assert_eq!(judged_at(seconds - 301), Err(WebhookError::TooNew { seconds: 301 }));
}

#[test]
fn a_receiver_may_allow_less() {
    let (secret, _, seconds, body, _) = PUBLISHED;
    let strict = knowing(secret).within(Duration::from_secs(10));
    assert!(strict.verify(&published_headers(), body.as_bytes(), at(seconds + 10)).is_ok());
    let late = strict.verify(&published_headers(), body.as_bytes(), at(seconds + 11));
    assert_eq!(late, Err(WebhookError::TooOld { seconds: 11 }));
}

#[test]
fn every_header_is_needed_and_named_when_it_is_missing() {
    for name in [WEBHOOK_ID, WEBHOOK_TIMESTAMP, WEBHOOK_SIGNATURE] {
        let mut headers = published_headers();
        headers.remove(&name);
        assert_eq!(judged(&headers), Err(WebhookError::MissingHeader(name)));
    }
}

#[test]
fn a_header_that_is_there_twice_is_malformed() {
    for name in [WEBHOOK_ID, WEBHOOK_TIMESTAMP, WEBHOOK_SIGNATURE] {
        let mut headers = published_headers();
        headers.append(&name, HeaderValue::from_static("1"));
        assert_eq!(judged(&headers), Err(WebhookError::MalformedHeader(name)));
    }
}

#[test]
fn malformed_headers_are_named() {
    for id in ["", "msg.p5", &"x".repeat(257)] {
        let headers = headers(id, "1614265330", PUBLISHED.4);
        assert_eq!(judged(&headers), Err(WebhookError::MalformedHeader(WEBHOOK_ID)), "{id}");
    }
    for timestamp in ["", "hello", "+1614265330", "-1", "1614265330.0", "99999999999999999999", "9223372036854775807"] {
        let headers = headers(PUBLISHED.1, timestamp, PUBLISHED.4);
        assert_eq!(judged(&headers), Err(WebhookError::MalformedHeader(WEBHOOK_TIMESTAMP)), "{timestamp}");
    }
}

#[test]
fn one_right_signature_among_others_is_enough() {
    let signatures = format!("v1a,AAAA v1,AAAA nonsense {} v2,AAAA", PUBLISHED.4);
    assert!(judged(&headers(PUBLISHED.1, "1614265330", &signatures)).is_ok());
}

#[test]
fn signatures_of_other_schemes_or_cut_short_are_refused() {
    let right = PUBLISHED.4.strip_prefix("v1,").unwrap();
    for (signature, refusal) in [
        (String::new(), WebhookError::UnknownScheme),
        (right.to_owned(), WebhookError::UnknownScheme),
        (format!("v2,{right}"), WebhookError::UnknownScheme),
        (format!("v1a,{right}"), WebhookError::UnknownScheme),
        ("v1,".to_owned(), WebhookError::WrongSignature),
        ("v1,g0hM9SsE".to_owned(), WebhookError::WrongSignature),
        (format!("v1,{right}{right}"), WebhookError::WrongSignature),
    ] {
        assert_eq!(judged(&headers(PUBLISHED.1, "1614265330", &signature)), Err(refusal), "{signature}");
    }
}

#[test]
fn while_a_secret_is_replaced_the_old_and_the_new_one_verify_and_afterwards_only_the_new_one() {
    let (old, id, seconds, body, _) = PUBLISHED;
    let verifies = |sender: &Webhooks, receiver: &Webhooks| {
        let signature = sender.sign(id, at(seconds), body.as_bytes());
        let headers = headers(id, &seconds.to_string(), &signature);
        receiver.verify(&headers, body.as_bytes(), at(seconds)).is_ok()
    };
    let (old, new) = (knowing(old), knowing(OTHER_SECRET));
    let both = knowing(OTHER_SECRET).and(PUBLISHED.0.parse().unwrap());
    assert!(verifies(&old, &both) && verifies(&new, &both), "the receiver goes first");
    assert!(verifies(&both, &old) && verifies(&both, &new), "the sender goes first");
    assert!(!verifies(&old, &new) && !verifies(&new, &old));
}

#[test]
fn a_secret_has_a_prefix_and_24_to_64_bytes_and_is_never_shown() {
    for bytes in [24, 32, 64] {
        assert!(format!("whsec_{}", STANDARD.encode(vec![7; bytes])).parse::<WebhookSecret>().is_ok(), "{bytes}");
    }
    for bytes in [0, 23, 65] {
        assert!(format!("whsec_{}", STANDARD.encode(vec![7; bytes])).parse::<WebhookSecret>().is_err(), "{bytes}");
    }
    for text in ["", "whsec_", "whsec_!", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whpk_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"] {
        assert_eq!(text.parse::<WebhookSecret>(), Err(InvalidWebhookSecret), "{text}");
    }
    let shown = format!("{:?}", knowing(PUBLISHED.0));
    assert!(!shown.contains("MfKQ") && !shown.contains("49"), "{shown}");
}

proptest! {
    #[test]
    fn what_is_signed_is_verified(
        id in "[a-zA-Z0-9_]{1,64}",
        seconds in 0_i64..4_000_000_000,
        body in prop::collection::vec(any::<u8>(), 0..300),
    ) {
        let webhooks = knowing(PUBLISHED.0);
        let headers = headers(&id, &seconds.to_string(), &webhooks.sign(&id, at(seconds), &body));
        prop_assert!(webhooks.verify(&headers, &body, at(seconds)).is_ok());
    }

    #[test]
    fn a_changed_bit_anywhere_in_the_body_is_noticed(
        body in prop::collection::vec(any::<u8>(), 1..300),
        place in any::<prop::sample::Index>(),
        bit in 0_u32..8,
    ) {
        let webhooks = knowing(PUBLISHED.0);
        let headers = headers("msg_1", "1614265330", &webhooks.sign("msg_1", at(1_614_265_330), &body));
        let mut changed = body;
        let place = place.index(changed.len());
        changed[place] ^= 1 << bit;
        let judged = webhooks.verify(&headers, &changed, at(1_614_265_330));
        prop_assert_eq!(judged, Err(WebhookError::WrongSignature));
    }

    #[test]
    fn a_changed_id_timestamp_or_signature_is_noticed(which in 0..3_usize, place in any::<prop::sample::Index>()) {
        let mut parts = [PUBLISHED.1.to_owned(), PUBLISHED.2.to_string(), PUBLISHED.4.to_owned()];
        // The last character of the signature is padding and the one before holds bits that no byte has.
        let from = if which == 2 { "v1,".len() } else { 0 };
        let until = if which == 2 { parts[2].len() - 2 } else { parts[which].len() };
        let place = from + place.index(until - from);
        let changed = if parts[which].as_bytes()[place] == b'7' { "8" } else { "7" };
        parts[which].replace_range(place..=place, changed);
        let [id, timestamp, signature] = parts;
        let now = at(timestamp.parse().unwrap());
        let judged = knowing(PUBLISHED.0).verify(&headers(&id, &timestamp, &signature), PUBLISHED.3.as_bytes(), now);
        prop_assert_eq!(judged, Err(WebhookError::WrongSignature));
    }

    #[test]
    fn nobody_verifies_without_the_secret(secret in prop::collection::vec(any::<u8>(), 24..=64)) {
        let stranger = knowing(&format!("whsec_{}", STANDARD.encode(&secret)));
        let signature = stranger.sign(PUBLISHED.1, at(PUBLISHED.2), PUBLISHED.3.as_bytes());
        let judged = judged(&headers(PUBLISHED.1, "1614265330", &signature));
        prop_assert_eq!(judged, Err(WebhookError::WrongSignature));
    }

    #[test]
    fn no_headers_make_it_panic(id in "[ -~]{0,40}", timestamp in "[ -~]{0,25}", signature in "[ -~]{0,80}") {
        prop_assert!(judged(&headers(&id, &timestamp, &signature)).is_err());
    }
}
