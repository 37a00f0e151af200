use crate::{
    Timestamp,
    address::Address,
    fulfillment::Undelivered,
    ids::{OrderId, PaymentId, ReturnId},
    merchant::ReturnWindow,
    money::{Amount, Money},
    order::{Allocation, BuyerDetails, Capture, Exchanged, LimitedPieces, LineUnits, OrderLine, OrderPlaced, Tender},
    points::Points,
    pricing::Priced,
    stock::StockId,
    text::{CustomerId, ExternalReference, MerchantId, PaymentReference, Reason, TrackingNumber},
    time_zone::TimeZone,
};

/// Everything that an order freezes at its placement. Prices, titles and allocations are settled before it gets here.
#[derive(Debug, Clone, PartialEq)]
pub struct PlaceOrder {
    /// The new order's id.
    pub order: OrderId,
    /// Who buys; nobody known for a guest.
    pub customer: Option<CustomerId>,
    /// Who sells.
    pub merchant: MerchantId,
    /// The order's name in the system that sent it.
    pub reference: Option<ExternalReference>,
    /// What is bought, at frozen prices.
    pub lines: Vec<OrderLine>,
    /// What is to be paid.
    pub total: Money,
    /// Why it is not simply the sum of the lines.
    pub pricing: Option<Box<Priced>>,
    /// Pieces that count against purchase limits.
    pub limited: Vec<LimitedPieces>,
    /// What else is known of whoever buys.
    pub buyer: Option<Box<BuyerDetails>>,
    /// Where it goes.
    pub ship_to: Address,
    /// Which stock is held for it, or waited for.
    pub allocations: Vec<Allocation>,
    /// Those of it that are waited for, and come whole.
    pub waiting: Vec<StockId>,
    /// When the customer placed it; earlier than now in an import.
    pub placed_at: Timestamp,
    /// When the payment window closes.
    pub pay_by: Timestamp,
    /// By which time zone its merchant counts days.
    pub time_zone: TimeZone,
}

/// What can be asked of an order. Times are stated with the command, never read from a clock.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "placement is the hot path, and boxing it would cost it an allocation")]
pub enum OrderCommand {
    /// Begins the order.
    Place(PlaceOrder),
    /// Takes note of money that arrived for the order, whatever state it is in.
    RecordPayment {
        /// Where the money was taken.
        reference: PaymentReference,
        /// How much.
        amount: Money,
        /// As what, where that is known.
        tender: Option<Tender>,
        /// When it was taken.
        at: Timestamp,
    },
    /// Takes note of money that a gateway set aside for the order and did not take.
    NoteAuthorization {
        /// The payment.
        payment: PaymentId,
        /// When that became known.
        at: Timestamp,
    },
    /// Takes note of money that a gateway captured for the order, in whole or in part, whatever state it is in.
    RecordCapture {
        /// The money, and the payment that it is part of.
        capture: Capture,
        /// When it was taken.
        at: Timestamp,
    },
    /// Begins the work on a paid order, whose stock is deducted and whose fulfillments are opened in the same append.
    StartProcessing {
        /// How many fulfillments; an order without any ships whole.
        parcels: Option<u32>,
        /// When.
        at: Timestamp,
    },
    /// Notes that stock which it waited for is held for it now. Where the work on it has begun, that is deducted, and a
    /// fulfillment opened for it, in the same append.
    ServeBackorder {
        /// Which stock.
        stock: StockId,
        /// When.
        at: Timestamp,
    },
    /// Notes that pieces which are held for it are not there. It waits for them in the same append, and its parcels lose them.
    Short {
        /// Which stock has too few.
        stock: StockId,
        /// When.
        at: Timestamp,
    },
    /// Notes that pieces which it waits for are taken from other stock in the same append.
    MoveBackorder {
        /// Where it waits.
        from: StockId,
        /// Where they are held for it instead, or deducted; at most as many as it waits for.
        to: Vec<Allocation>,
        /// When.
        at: Timestamp,
    },
    /// Notes that one more fulfillment is opened for it, in the same append. Twice the same opens two.
    OpenParcel {
        /// When.
        at: Timestamp,
    },
    /// Notes that a fulfillment of it was handed to a carrier, in the same append.
    ShipParcel {
        /// The fulfillment's number.
        number: u32,
        /// The units that are in it.
        lines: Vec<LineUnits>,
        /// Their stock, which leaves with them.
        stock: Vec<Allocation>,
        /// The parcel's name at the carrier.
        tracking: Option<TrackingNumber>,
        /// When.
        at: Timestamp,
    },
    /// Notes that a fulfillment of it arrived, in the same append.
    DeliverParcel {
        /// The fulfillment's number.
        number: u32,
        /// When.
        at: Timestamp,
    },
    /// Notes that a fulfillment of it that has left will not arrive, in the same append.
    GiveUpParcel {
        /// The fulfillment's number.
        number: u32,
        /// Where it is.
        outcome: Undelivered,
        /// When.
        at: Timestamp,
    },
    /// Pays back units of a fulfillment that has left and will not arrive. Twice the same pays back twice as many.
    RefundUndelivered {
        /// The fulfillment's number.
        number: u32,
        /// Which units.
        units: Vec<LineUnits>,
        /// When.
        at: Timestamp,
    },
    /// Has the units of a fulfillment that has left and will not arrive sent anew: they are to be shipped again, out of stock
    /// that is deducted for them, in fulfillments that are opened for them, both in the same append.
    ReplaceParcel {
        /// The fulfillment's number.
        number: u32,
        /// Its units.
        units: Vec<LineUnits>,
        /// The stock that is deducted for them.
        stock: Vec<Allocation>,
        /// When.
        at: Timestamp,
    },
    /// Hands an order without fulfillments to a carrier.
    Ship {
        /// The parcel's name at the carrier.
        tracking: Option<TrackingNumber>,
        /// When.
        at: Timestamp,
    },
    /// Notes that an order without fulfillments arrived.
    Deliver {
        /// When.
        at: Timestamp,
    },
    /// Closes a delivered order.
    Complete {
        /// What its customer is granted for it in the same append, if anything.
        points: Option<Points>,
        /// When.
        at: Timestamp,
    },
    /// Ends the order before its shipment, whether it was asked for or not.
    Cancel {
        /// Why.
        reason: Reason,
        /// When.
        at: Timestamp,
    },
    /// Asks for the end of a paid order, which its seller must consent to. Nothing else is done with it meanwhile.
    RequestCancellation {
        /// Of which units; of all of it where there are none.
        lines: Vec<LineUnits>,
        /// Why.
        reason: Reason,
        /// When.
        at: Timestamp,
    },
    /// Does what a request for cancellation asks for.
    ApproveCancellation {
        /// From which stock the units go back, where their parcels tell; otherwise the last that was found goes first.
        stock: Vec<Allocation>,
        /// When.
        at: Timestamp,
    },
    /// Cancels units of its lines while it is being worked on.
    CancelLines {
        /// Which.
        lines: Vec<LineUnits>,
        /// From which stock they go back, where their parcels tell; otherwise the last that was found goes first.
        stock: Vec<Allocation>,
        /// Why.
        reason: Reason,
        /// When.
        at: Timestamp,
    },
    /// Refuses a cancellation that was asked for.
    DeclineCancellation {
        /// Why.
        reason: Reason,
        /// When.
        at: Timestamp,
    },
    /// Lets an order that has expired live again, paid by money that came late.
    Reinstate {
        /// The money, together with what came late of the same payment.
        reference: PaymentReference,
        /// The stock that is held for it, still or again.
        allocations: Vec<Allocation>,
        /// When.
        at: Timestamp,
    },
    /// Gives back money that came late.
    OweLatePayment {
        /// Which.
        reference: PaymentReference,
        /// When.
        at: Timestamp,
    },
    /// Ends an order that was not paid within its window.
    Expire {
        /// When; must not be before the window's end.
        at: Timestamp,
    },
    /// Notes that the stock of an ended order was given back, in the same append.
    ReleaseReservations {
        /// When.
        at: Timestamp,
    },
    /// Notes that units are asked back, which no other return may ask for meanwhile.
    OpenReturn {
        /// By which return.
        id: ReturnId,
        /// Which.
        units: Vec<LineUnits>,
        /// For how long after the delivery its seller takes units back.
        window: ReturnWindow,
        /// When.
        at: Timestamp,
    },
    /// Notes that a return came to nothing, or that it was an exchange and its goods have arrived.
    EndReturn {
        /// Which.
        id: ReturnId,
        /// For what its units were exchanged, if they were.
        exchanged: Option<Exchanged>,
        /// When.
        at: Timestamp,
    },
    /// Gives money back for nothing that comes back. Twice the same gives twice as much.
    GrantGoodwill {
        /// How much.
        amount: Money,
        /// Why.
        reason: Reason,
        /// When.
        at: Timestamp,
    },
    /// Notes that money of a payment which went back without being asked for counts for a refund of another capture. Twice the same
    /// is twice as much.
    ShiftRefund {
        /// The capture of which it was owed.
        from: PaymentReference,
        /// The payment of which it went back.
        to: PaymentId,
        /// How much.
        amount: Amount,
        /// When.
        at: Timestamp,
    },
    /// Takes units of a return back, for the money that was frozen for them.
    TakeBack {
        /// Which return.
        id: ReturnId,
        /// Which of its units; at least one.
        units: Vec<LineUnits>,
        /// When.
        at: Timestamp,
    },
}

impl PlaceOrder {
    /// Whether there is nothing to pay.
    pub fn is_free(&self) -> bool {
        self.total.amount == Amount::ZERO
    }
}

impl From<PlaceOrder> for OrderPlaced {
    fn from(place: PlaceOrder) -> Self {
        let PlaceOrder {
            order: _,
            customer,
            merchant,
            reference,
            lines,
            total,
            pricing,
            limited,
            buyer,
            ship_to,
            allocations,
            waiting,
            placed_at,
            pay_by,
            time_zone,
        } = place;
        Self {
            customer,
            merchant,
            reference,
            lines,
            total,
            pricing,
            limited,
            buyer,
            ship_to,
            allocations,
            waiting,
            placed_at,
            pay_by,
            time_zone,
        }
    }
}
