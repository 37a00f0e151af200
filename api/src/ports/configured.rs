//! From the configuration to gateways that can be called.

use std::sync::Arc;

use purser_domain::clock::Clock;

use super::Gateways;
use crate::{
    config::GatewayConfig,
    gateway::{GatewaySetupError, Guarded, HttpGateway, PaymentGateway},
};

impl Gateways {
    /// A client for each, behind a circuit breaker of its own. Nothing is sent yet.
    pub fn configured(gateways: &[GatewayConfig], clock: &Arc<dyn Clock>) -> Result<Self, GatewaySetupError> {
        let guarded = |config: &GatewayConfig| {
            let client = HttpGateway::try_new(&config.url, config.http)?;
            let guarded = Guarded::new(&config.name, Arc::new(client), config.breaker, Arc::clone(clock));
            Ok((config.name.clone(), Arc::new(guarded) as Arc<dyn PaymentGateway>))
        };
        gateways.iter().map(guarded).collect()
    }
}
