//! How an operation is added to the API: with its roles and its problems, or not at all.

use axum::{Router, handler::Handler, response::IntoResponse};
use utoipa::openapi::{
    Content, Header, HeaderBuilder, OpenApi, Ref, RefOr, Required, Response, ResponseBuilder, Schema,
    path::{Operation, Parameter, ParameterBuilder, ParameterIn, PathItem},
    request_body::RequestBody,
    schema::{ObjectBuilder, Type},
    security::SecurityRequirement,
};
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouter};

use super::{
    edge::{Access, EdgeLayer},
    problem::{Kind, PROBLEM_JSON, Problem},
    state::AppState,
};
use crate::auth::Role;

/// The extension that tells the roles of an operation.
pub(crate) const ROLES: &str = "x-roles";

const KEY: &str = "Idempotency-Key";

/// The API while it is put together. Without a state it is a document and serves nothing.
pub(super) struct Routes {
    router: OpenApiRouter<AppState>,
    state: Option<AppState>,
}

/// What an operation does, which says how it can fail beyond its own problems.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sort {
    /// Appends to the log, once for each idempotency key.
    Command,
    /// Asks the write side and changes nothing, so that a key is of no use.
    Question,
    /// Reads.
    Query,
    /// Acts on the engine, once for each idempotency key, and can be repeated without harm.
    Control,
    /// Makes what is shown once, so that a repeat is known and refused.
    Issue,
    /// Takes away what was there, as often as it is asked to.
    Removal,
    /// Appends to the log what somebody signs, who needs no token and no key.
    Signed,
}

impl Routes {
    pub(super) fn new(state: Option<AppState>, document: OpenApi) -> Self {
        Self { router: OpenApiRouter::with_openapi(document), state }
    }

    /// An operation that appends to the log.
    pub(super) fn command(
        self,
        roles: &'static [Role],
        problems: &[Kind],
        route: UtoipaMethodRouter<AppState>,
    ) -> Self {
        self.add(Access::Only(roles), Sort::Command, problems, route)
    }

    /// An operation that asks the write side and changes nothing.
    pub(super) fn question(
        self,
        roles: &'static [Role],
        problems: &[Kind],
        route: UtoipaMethodRouter<AppState>,
    ) -> Self {
        self.add(Access::Only(roles), Sort::Question, problems, route)
    }

    /// An operation that reads.
    pub(super) fn query(self, roles: &'static [Role], problems: &[Kind], route: UtoipaMethodRouter<AppState>) -> Self {
        self.add(Access::Only(roles), Sort::Query, problems, route)
    }

    /// An operation on the engine itself.
    pub(super) fn control(
        self,
        roles: &'static [Role],
        problems: &[Kind],
        route: UtoipaMethodRouter<AppState>,
    ) -> Self {
        self.add(Access::Only(roles), Sort::Control, problems, route)
    }

    /// An operation that makes what is shown once.
    pub(super) fn issue(self, roles: &'static [Role], problems: &[Kind], route: UtoipaMethodRouter<AppState>) -> Self {
        self.add(Access::Only(roles), Sort::Issue, problems, route)
    }

    /// An operation that takes away what was there.
    pub(super) fn removal(
        self,
        roles: &'static [Role],
        problems: &[Kind],
        route: UtoipaMethodRouter<AppState>,
    ) -> Self {
        self.add(Access::Only(roles), Sort::Removal, problems, route)
    }

    /// An operation for everybody, without a token.
    pub(super) fn open(self, problems: &[Kind], route: UtoipaMethodRouter<AppState>) -> Self {
        self.add(Access::Open, Sort::Query, problems, route)
    }

    /// An operation for whoever signs what they send, without a token.
    pub(super) fn signed(self, problems: &[Kind], route: UtoipaMethodRouter<AppState>) -> Self {
        self.add(Access::Open, Sort::Signed, problems, route)
    }

    /// A page for people, which is no operation.
    pub(super) fn page<H, T>(self, path: &str, handler: H) -> Self
    where
        H: Handler<T, AppState>,
        T: 'static,
    {
        let page = axum::routing::get(handler);
        let page = match &self.state {
            Some(state) => page.route_layer(EdgeLayer::new("page", Access::Open, state.clone())),
            None => page,
        };
        Self { router: self.router.route(path, page), state: self.state }
    }

    fn add(
        self,
        access: Access,
        sort: Sort,
        problems: &[Kind],
        (schemas, mut paths, mut methods): UtoipaMethodRouter<AppState>,
    ) -> Self {
        for operation in paths.paths.values_mut().flat_map(operations) {
            let name = operation.operation_id.clone().unwrap_or_default();
            if let Some(RefOr::T(body)) = &mut operation.request_body {
                body.required = Some(if may_be_left_out(body, &schemas) { Required::False } else { Required::True });
            }
            describe(operation, access, sort, problems);
            if let Some(state) = &self.state {
                methods = methods.route_layer(EdgeLayer::new(&name, access, state.clone()));
            }
        }
        Self { router: self.router.routes((schemas, paths, methods)), state: self.state }
    }

    pub(super) fn document(self) -> OpenApi {
        self.router.into_openapi()
    }

    /// The router, with problem documents for what is at no route.
    pub(super) fn serve(self, state: &AppState) -> Router {
        let edge = |name: &str| EdgeLayer::new(name, Access::Open, state.clone());
        let router = Router::from(self.router);
        router
            .method_not_allowed_fallback(method_not_allowed.layer(edge("method_not_allowed")))
            .fallback(no_such_route.layer(edge("no_such_route")))
            .with_state(state.clone())
    }
}

async fn method_not_allowed() -> impl IntoResponse {
    Problem::new(Kind::MethodNotAllowed, "the Allow header names the methods of this path")
}

async fn no_such_route() -> impl IntoResponse {
    Problem::new(Kind::NoSuchRoute, "the operations are listed at /openapi.json, and described for people at /docs")
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    let PathItem { get, put, post, delete, patch, .. } = item;
    [get, put, post, delete, patch].into_iter().flatten()
}

/// Adds to an operation's description what follows from its access and its shape.
fn describe(operation: &mut Operation, access: Access, sort: Sort, problems: &[Kind]) {
    let mut kinds = vec![Kind::MalformedHeader, Kind::Internal];
    kinds.extend(problems);
    let parameters = operation.parameters.get_or_insert_default();
    let is_told = parameters.iter().any(|parameter| is_named(parameter, KEY));
    if let Some(key) = key_of(sort).filter(|_| !is_told) {
        let is_needed = problems.contains(&Kind::MissingIdempotencyKey);
        let mut key = header(KEY, key, 255);
        key.required = if is_needed { Required::True } else { Required::False };
        parameters.push(RefOr::T(key));
    }
    if matches!(sort, Sort::Command | Sort::Control) {
        for response in done(operation) {
            response.headers.insert("Idempotent-Replayed".to_owned(), replayed().into());
        }
    }
    let parameters = operation.parameters.get_or_insert_default();
    let by_parameter: [(&str, &[Kind]); 2] =
        [("cursor", &[Kind::MalformedCursor]), ("min_position", &[Kind::ViewBehind, Kind::PositionAhead])];
    for (name, its_kinds) in by_parameter {
        if parameters.iter().any(|parameter| is_named(parameter, name)) {
            kinds.extend(its_kinds);
        }
    }
    if has(parameters, &ParameterIn::Path) {
        kinds.push(Kind::MalformedId);
    }
    if has(parameters, &ParameterIn::Query) {
        kinds.push(Kind::MalformedParameter);
    }
    parameters.push(RefOr::T(header("X-Correlation-Id", "The conversation that this request belongs to. It is in the answer, in every log line and beside every event that follows; without it one is made.", 128)));
    if operation.request_body.is_some() {
        kinds.extend([
            Kind::MalformedJson,
            Kind::IncompleteBody,
            Kind::SlowBody,
            Kind::BodyTooLarge,
            Kind::UnsupportedMediaType,
            Kind::InvalidValue,
        ]);
    }
    match (sort, access) {
        (Sort::Command, _) => {
            kinds.extend([Kind::KeyReused, Kind::Overloaded, Kind::NoWriter, Kind::Unavailable, Kind::OutcomeUnknown]);
        }
        (Sort::Question | Sort::Signed, _) => {
            kinds.extend([Kind::Overloaded, Kind::NoWriter, Kind::Unavailable, Kind::OutcomeUnknown]);
        }
        (Sort::Query, Access::Only(_)) => kinds.extend([Kind::Unavailable, Kind::QueryTimeout]),
        (Sort::Query, Access::Open) => {}
        (Sort::Control | Sort::Issue, _) => {
            kinds.extend([Kind::KeyReused, Kind::Unavailable, Kind::OutcomeUnknown]);
        }
        (Sort::Removal, _) => kinds.extend([Kind::Unavailable, Kind::OutcomeUnknown]),
    }
    match access {
        Access::Open => operation.security = Some(Vec::new()),
        Access::Only(roles) => {
            kinds.extend([Kind::Unauthenticated, Kind::Forbidden]);
            operation.security = Some(vec![SecurityRequirement::new("bearer", [] as [&str; 0])]);
            let roles: Vec<&str> = roles.iter().map(|role| role.as_str()).collect();
            let extensions = operation.extensions.get_or_insert_default();
            extensions.insert(ROLES.to_owned(), serde_json::json!(roles));
        }
    }
    for (status, response) in responses(&kinds) {
        operation.responses.responses.entry(status).or_insert(RefOr::T(response));
    }
}

/// What the key of an operation is for, where it takes one.
fn key_of(sort: Sort) -> Option<&'static str> {
    match sort {
        Sort::Command | Sort::Control => {
            Some("Makes a repeat of this request harmless: it gets the same answer and has no second effect.")
        }
        Sort::Question => Some("Taken and of no use: this changes nothing, and each repeat is answered anew."),
        Sort::Issue => {
            Some("Keeps a repeat of this request from making another: it is refused, and told what there is.")
        }
        Sort::Query | Sort::Removal | Sort::Signed => None,
    }
}

/// The answers that say that it is done.
fn done(operation: &mut Operation) -> impl Iterator<Item = &mut Response> {
    operation.responses.responses.iter_mut().filter(|(status, _)| status.starts_with('2')).filter_map(
        |(_, response)| match response {
            RefOr::T(response) => Some(response),
            RefOr::Ref(_) => None,
        },
    )
}

fn replayed() -> Header {
    let schema = ObjectBuilder::new().schema_type(Type::String).pattern(Some("^true$"));
    HeaderBuilder::new()
        .schema(Some(schema))
        .description(Some(
            "On the answer to a repeat under the same Idempotency-Key: this is what the first request was answered, and the \
             repeat had no effect. Absent from the first answer.",
        ))
        .build()
}

/// An empty body reads like `{}`, which is enough where no field is needed.
fn may_be_left_out(body: &RequestBody, schemas: &[(String, RefOr<Schema>)]) -> bool {
    let Some(RefOr::T(content)) = body.content.get("application/json") else {
        return false;
    };
    let Some(RefOr::Ref(reference)) = &content.schema else {
        return false;
    };
    let name = reference.ref_location.rsplit('/').next();
    schemas.iter().any(|(known, schema)| match schema {
        RefOr::T(Schema::Object(object)) => Some(known.as_str()) == name && object.required.is_empty(),
        RefOr::T(_) | RefOr::Ref(_) => false,
    })
}

/// One response for each status, which names all problem types that it may stand for.
fn responses(kinds: &[Kind]) -> impl Iterator<Item = (String, Response)> {
    Kind::ALL.chunk_by(|one, next| one.status() == next.status()).filter_map(|same_status| {
        let named: Vec<String> = same_status
            .iter()
            .filter(|kind| kinds.contains(kind))
            .map(|kind| format!("`urn:purser:problem:{}`: {}.", kind.slug(), kind.title()))
            .collect();
        let status = same_status.first()?.status();
        let problem = Content::new(Some(Ref::from_schema_name("Problem")));
        let response = ResponseBuilder::new().description(named.join("\n\n")).content(PROBLEM_JSON, problem).build();
        (!named.is_empty()).then(|| (status.as_u16().to_string(), response))
    })
}

fn is_named(parameter: &RefOr<Parameter>, name: &str) -> bool {
    matches!(parameter, RefOr::T(parameter) if parameter.name == name)
}

fn has(parameters: &[RefOr<Parameter>], place: &ParameterIn) -> bool {
    parameters.iter().any(|parameter| matches!(parameter, RefOr::T(parameter) if parameter.parameter_in == *place))
}

fn header(name: &str, description: &str, longest: usize) -> Parameter {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some(description))
        .schema(Some(
            ObjectBuilder::new()
                .schema_type(Type::String)
                .min_length(Some(1))
                .max_length(Some(longest))
                .pattern(Some("^[ -~]+$")),
        ))
        .build()
}
