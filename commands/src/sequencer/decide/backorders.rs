//! What an order waited for has come: it is handed over to the order, and to a fulfillment where the work has begun.

use purser_domain::{
    fulfillment::Parcel,
    order::{Order, OrderCommand, OrderEvent, OrderRefusal},
    principal::Principal,
    stock::{StockCommand, StockId},
};

use super::{
    Allocation, Answer, Asked, Decision, OrderId, Stopped, order,
    orders::{HELD, HoldStep},
    stock,
};

impl Decision<'_> {
    /// The stock has held the pieces for the order since they came, and is asked whether it still does.
    pub(super) fn serve_backorder(
        &mut self,
        asked: &Asked<'_>,
        id: OrderId,
        stock: &StockId,
    ) -> Result<Answer, Stopped> {
        match asked.request.principal {
            Principal::Saga => {}
            Principal::BackOffice | Principal::Customer(_) | Principal::Merchant(_) | Principal::Operator => {
                return Err(Stopped::refused(OrderRefusal::Unknown));
            }
        }
        self.serve(asked, id, stock)?;
        self.order_is(id)
    }

    /// The stock that an order waited for, has, and has not been handed yet.
    pub(super) fn has_come(&self, id: OrderId, order: &Order) -> Vec<StockId> {
        let waiting = order.terms().map_or(&[][..], |terms| terms.waiting.as_slice());
        let has_come = |stock: &&StockId| {
            let shelf = self.working.shelves.get(&stock.sku);
            let state = shelf.and_then(|shelf| shelf.stocks.get(&stock.location));
            state.is_some_and(|state| stock::decide(state, StockCommand::Commit { order: id }).is_ok())
        };
        waiting.iter().filter(has_come).cloned().collect()
    }

    pub(super) fn serve(&mut self, asked: &Asked<'_>, id: OrderId, stock: &StockId) -> Result<(), Stopped> {
        let known = self.order_of(asked, id)?;
        // It may have lost them again before the order heard of them.
        let shelf = self.working.shelves.get(&stock.sku).and_then(|shelf| shelf.stocks.get(&stock.location));
        if shelf.is_some_and(|stock| stock.is_awaited_by(id)) {
            return Ok(());
        }
        let serve = OrderCommand::ServeBackorder { stock: stock.clone(), at: self.now };
        let news = order::decide(known, serve.clone()).map_err(Stopped::refused)?;
        for change in news {
            if let OrderEvent::BackorderServed { allocation, parcel, at: _ } = change {
                self.check_stocks(id, std::slice::from_ref(&allocation), HoldStep::Commit)?;
                if let Some(number) = parcel {
                    self.open_for(asked, id, &allocation, number)?;
                }
            }
        }
        self.drive_order(asked, id, serve).map_err(|stopped| stopped.contradicting(HELD))?;
        self.close_shortage(asked, id)
    }

    fn open_for(&mut self, asked: &Asked<'_>, id: OrderId, come: &Allocation, number: u32) -> Result<(), Stopped> {
        let settled = self.working.orders.get(&id).and_then(|order| order.state.settled());
        let settled = settled.ok_or_else(|| Stopped::refused(OrderRefusal::Unknown))?;
        let lines = settled.come(&come.stock.sku);
        let parcels = self.plan_parcels(id, &settled.terms, &lines, std::slice::from_ref(come), number)?;
        self.drive_stock(asked, come, StockCommand::Commit { order: id })
            .map_err(|stopped| stopped.contradicting(HELD))?;
        parcels.into_iter().try_for_each(|parcel| self.open_fulfillment(asked, parcel).map(drop))
    }

    /// Services wait for the first goods. Where these are cancelled first, they get a fulfillment by themselves.
    pub(super) fn open_for_services(&mut self, asked: &Asked<'_>, id: OrderId) -> Result<(), Stopped> {
        let Some(Order::Processing(settled)) = self.working.orders.get(&id).map(|order| &order.state) else {
            return Ok(());
        };
        let lines = settled.left_alone();
        let parcels: Vec<Parcel> = self.plan_parcels(id, &settled.terms, &lines, &[], 1)?;
        parcels.into_iter().try_for_each(|parcel| self.open_next_fulfillment(asked, parcel).map(drop))
    }
}
