use purser_projections::history::At;
use serde::Deserialize;

use crate::http::{
    moment::Moment,
    problem::{Fault, Kind, Problem},
    schema,
};

/// A point in the past: exactly one of the two.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct PointParameters {
    /// After the event at this log position.
    #[param(minimum = 1)]
    position: Option<i64>,
    /// After everything that the log had taken by this time (RFC 3339), inclusive.
    #[param(value_type = Option<schema::Moment>, inline, example = "2010-12-01T08:26:00Z")]
    time: Option<Moment>,
}

impl PointParameters {
    pub(super) fn at(&self) -> Result<At, Problem> {
        match (self.position, self.time) {
            (Some(position), None) if position >= 1 => Ok(At::Position(position)),
            (None, Some(time)) => Ok(At::Time(time.into())),
            (Some(_), None) => Err(malformed("position must be a whole number from 1 on")),
            (Some(_), Some(_)) | (None, None) => Err(malformed("state either position or time")),
        }
    }
}

fn malformed(detail: &'static str) -> Problem {
    Problem::at(Kind::MalformedParameter, Fault::parameter("position", detail))
}
