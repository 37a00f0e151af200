//! The variables that Kubernetes adds to every container for the services of its namespace. One called `purser`, or
//! `purser-` and more, brings variables with our prefix that are nobody's settings.

use std::ffi::OsStr;

/// Whether a variable is one that Kubernetes makes for a service: `NAME_SERVICE_HOST`, `NAME_SERVICE_PORT`,
/// `NAME_SERVICE_PORT_PORTNAME`, `NAME_PORT` and `NAME_PORT_NUMBER_PROTOCOL` with `_PROTO`, `_PORT`, `_ADDR` or nothing.
pub(super) fn makes(name: &str, value: &OsStr) -> bool {
    name.ends_with("_SERVICE_HOST")
        || name.ends_with("_SERVICE_PORT")
        || name.contains("_SERVICE_PORT_")
        || is_of_a_port(name)
        || (name.ends_with("_PORT") && is_address(value))
}

/// `NAME_PORT_8080_TCP` and what is added to it.
fn is_of_a_port(name: &str) -> bool {
    name.match_indices("_PORT_").any(|(start, found)| {
        let mut rest = name[start + found.len()..].split('_');
        rest.next().is_some_and(|number| number.parse::<u16>().is_ok())
            && rest.next().is_some_and(|protocol| matches!(protocol, "TCP" | "UDP" | "SCTP"))
            && rest.next().is_none_or(|detail| matches!(detail, "PROTO" | "PORT" | "ADDR"))
            && rest.next().is_none()
    })
}

/// As in `tcp://10.0.0.7:8080`. A bare number is somebody's attempt to set the port.
fn is_address(value: &OsStr) -> bool {
    let value = value.to_str().unwrap_or_default();
    ["tcp://", "udp://", "sctp://"].iter().any(|scheme| value.starts_with(scheme))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_kubernetes_makes_is_told_from_a_misspelt_setting() {
        for (name, value) in [
            ("PURSER_SERVICE_HOST", "10.0.0.7"),
            ("PURSER_SERVICE_PORT", "8080"),
            ("PURSER_SERVICE_PORT_HTTP", "8080"),
            ("PURSER_PORT", "tcp://10.0.0.7:8080"),
            ("PURSER_PORT_8080_TCP", "tcp://10.0.0.7:8080"),
            ("PURSER_PORT_8080_TCP_PROTO", "tcp"),
            ("PURSER_PORT_8080_TCP_PORT", "8080"),
            ("PURSER_PORT_8080_TCP_ADDR", "10.0.0.7"),
            ("PURSER_SANDBOX_GATEWAY_SERVICE_HOST", "10.0.0.8"),
            ("PURSER_SANDBOX_GATEWAY_PORT", "tcp://10.0.0.8:8090"),
            ("PURSER_PORT_4222_PORT_53_UDP_ADDR", "10.0.0.9"),
        ] {
            assert!(makes(name, OsStr::new(value)), "{name}");
        }
        for (name, value) in [
            ("PURSER_PORT", "8080"),
            ("PURSER_PORT_NUMBER", "8080"),
            ("PURSER_PORT_8080", "8080"),
            ("PURSER_PORT_8080_TCP_OPEN", "true"),
            ("PURSER_LISTEN_PORT", "8080"),
            ("PURSER_SERVICE", "8080"),
        ] {
            assert!(!makes(name, OsStr::new(value)), "{name}");
        }
    }
}
