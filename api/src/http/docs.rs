//! The interactive page for the API's description. All of it is in the binary: nothing is fetched from elsewhere.

use std::sync::{Arc, LazyLock};

use axum::{
    extract::Path,
    http::header,
    response::{IntoResponse, Redirect, Response},
};
use utoipa_swagger_ui::{Config, serve};

use super::problem::{Kind, Problem, chain};

static PAGE: LazyLock<Arc<Config<'static>>> = LazyLock::new(|| Arc::new(Config::from("/openapi.json")));

pub(super) async fn entrance() -> Redirect {
    Redirect::permanent("/docs/index.html")
}

pub(super) async fn file(Path(path): Path<String>) -> Result<Response, Problem> {
    let found = serve(&path, Arc::clone(&PAGE)).map_err(|error| Problem::internal(chain(error.as_ref())))?;
    let file = found.ok_or_else(|| Problem::new(Kind::NoSuchRoute, "the page has no such file"))?;
    let mut response = ([(header::CONTENT_TYPE, file.content_type)], file.bytes).into_response();
    if file.gzpipped {
        response.headers_mut().insert(header::CONTENT_ENCODING, header::HeaderValue::from_static("gzip"));
    }
    Ok(response)
}
