//! Paths of our own, for the `Location` of what was made.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// All but the unreserved characters of RFC 3986, so that an id is one segment whatever it holds.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The path below `collection` of what has this id.
pub(super) fn path(collection: &str, id: &str) -> String {
    format!("{collection}/{}", utf8_percent_encode(id, ENCODED))
}

#[cfg(test)]
mod tests {
    use axum::{Router, body::Body, http::Request, routing::get};
    use http_body_util::BodyExt;
    use proptest::prelude::*;
    use purser_domain::text::{CustomerId, InvalidValue, Sku};
    use tower::ServiceExt;

    use super::*;
    use crate::http::extract::Id;

    /// What a handler takes out of a path.
    fn arrives<T>(path: &str) -> String
    where
        T: std::str::FromStr<Err = InvalidValue> + ToString + Send + 'static,
    {
        let router: Router =
            Router::new().route("/v1/things/{id}/part", get(|Id(id): Id<T>| async move { id.to_string() }));
        let request = Request::get(format!("{path}/part")).body(Body::empty()).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let answer = router.oneshot(request).await.unwrap();
            String::from_utf8(answer.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap()
        })
    }

    proptest! {
        #[test]
        fn a_sku_of_any_characters_arrives_through_its_path(sku in "[^@]{1,12}") {
            if let Ok(sku) = sku.parse::<Sku>() {
                prop_assert_eq!(arrives::<Sku>(&path("/v1/things", sku.as_str())), sku.as_str());
            }
        }

        #[test]
        fn a_customer_arrives_through_their_path(customer in "[!-~]{1,12}") {
            if let Ok(customer) = customer.parse::<CustomerId>() {
                prop_assert_eq!(arrives::<CustomerId>(&path("/v1/things", customer.as_str())), customer.as_str());
            }
        }
    }

    #[test]
    fn what_divides_a_path_is_encoded() {
        assert_eq!(path("/v1/products", "A/B ?#%2F\u{c4}"), "/v1/products/A%2FB%20%3F%23%252F%C3%84");
        assert_eq!(path("/v1/products", "a-b._~"), "/v1/products/a-b._~");
    }
}
