//! Commands to a stock from outside: receipts and corrections.

use purser_domain::{
    product::ProductKind,
    stock::{StockCommand, StockId},
};

use super::{Answer, Asked, Decision, Stopped, Target};
use crate::failure::Refusal;

impl Decision<'_> {
    pub(super) fn change_stock(
        &mut self,
        asked: &Asked<'_>,
        id: &StockId,
        command: StockCommand,
    ) -> Result<Answer, Stopped> {
        match self.check_product(asked, &id.sku)?.kind {
            ProductKind::Goods => {}
            ProductKind::Service => return Err(Stopped::refused(Refusal::KeepsNoStock(id.sku.clone()))),
        }
        // A correction of a location that never had stock must not leave an empty one behind when it is refused.
        let shelf = self.working.shelves.entry(id.sku.clone()).or_default();
        let mut state = shelf.stocks.remove(&id.location).unwrap_or_default();
        let mut version = shelf.versions.remove(&id.location).unwrap_or_default();
        let target = Target { id: id.to_string(), state: &mut state, version: &mut version };
        let driven = self.draft.drive(target, command, &asked.metadata);
        let (on_hand, reserved, waiting) = (state.on_hand(), state.reserved(), state.awaited_pieces());
        let answer = Answer::StockIs { stock: id.clone(), on_hand, reserved, waiting, shorted: vec![] };
        if version.sequence > 0 {
            shelf.stocks.insert(id.location.clone(), state);
            shelf.versions.insert(id.location.clone(), version);
        }
        driven?;
        Ok(answer)
    }
}
