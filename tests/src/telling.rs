//! What a story about HTTP says that it tells, held against what was asked and answered in it.

use std::sync::{Arc, Mutex, PoisonError};

use reqwest::{Method, StatusCode};

/// Every request of a story, and how it was answered.
#[derive(Debug, Default)]
pub(crate) struct Journal(Mutex<Vec<Exchange>>);

#[derive(Debug)]
struct Exchange {
    method: Method,
    /// Without the query.
    path: String,
    status: StatusCode,
    /// The end of the problem's type.
    problem: Option<String>,
}

/// A story's word that it tells of some routes and problem types. The story fails at its end if the word was not kept.
#[derive(Debug)]
#[must_use = "dropped at once, before the story, it is a broken word"]
pub struct Telling {
    journal: Arc<Journal>,
    promised: Vec<&'static str>,
}

impl Journal {
    pub(crate) fn note(&self, method: Method, path: &str, status: StatusCode, problem: Option<&str>) {
        let path = path.split('?').next().unwrap_or_default().to_owned();
        let exchange = Exchange { method, path, status, problem: problem.map(str::to_owned) };
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(exchange);
    }

    pub(crate) fn tells(&self, subject: &str) -> bool {
        let exchanges = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match subject.split_once(' ') {
            Some((method, template)) => exchanges.iter().any(|exchange| {
                exchange.status.is_success() && exchange.method == *method && is_of(&exchange.path, template)
            }),
            None => exchanges.iter().any(|exchange| exchange.problem.as_deref() == Some(subject)),
        }
    }
}

impl Telling {
    pub(crate) fn new(journal: Arc<Journal>, promised: &[&'static str]) -> Self {
        Self { journal, promised: promised.to_vec() }
    }
}

impl Drop for Telling {
    fn drop(&mut self) {
        if std::thread::panicking() {
            // The story failed for a reason that says more.
            return;
        }
        for subject in &self.promised {
            assert!(self.journal.tells(subject), "the story says that it tells of {subject}, and does not");
        }
    }
}

/// Whether a path is one of a template's, whose parameters are in braces.
fn is_of(path: &str, template: &str) -> bool {
    let (path, template): (Vec<&str>, Vec<&str>) = (path.split('/').collect(), template.split('/').collect());
    path.len() == template.len()
        && path.iter().zip(template).all(|(segment, expected)| *segment == expected || expected.starts_with('{'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn journal() -> Arc<Journal> {
        let journal = Journal::default();
        journal.note(Method::POST, "/v1/orders", StatusCode::CREATED, None);
        journal.note(Method::GET, "/v1/orders/ord_1?min_position=3", StatusCode::OK, None);
        journal.note(Method::DELETE, "/v1/tokens/tok_1", StatusCode::NOT_FOUND, Some("not-found"));
        Arc::new(journal)
    }

    #[test]
    fn a_route_is_told_by_a_request_that_succeeded() {
        let journal = journal();
        assert!(journal.tells("POST /v1/orders"));
        assert!(journal.tells("GET /v1/orders/{id}"));
        for untold in
            ["GET /v1/orders", "DELETE /v1/tokens/{id}", "GET /v1/orders/{id}/history", "POST /v1/orders/{id}"]
        {
            assert!(!journal.tells(untold), "{untold}");
        }
    }

    #[test]
    fn a_type_of_problem_is_told_by_an_answer_of_it() {
        assert!(journal().tells("not-found"));
        assert!(!journal().tells("not"));
    }

    #[test]
    #[should_panic(expected = "tells of out-of-stock, and does not")]
    fn a_broken_word_fails_the_story() {
        drop(Telling::new(journal(), &["not-found", "out-of-stock"]));
    }
}
