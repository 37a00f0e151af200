use purser_domain::{product::ProductKind, text::InvalidValue};

use crate::client::Listing;

/// The first tokens' merchant, so that the merchant's token sees this half of the shop.
pub(super) const MERCHANTS: [&str; 2] = ["demo-merchant", "demo-stationer"];

pub(super) const CURRENCY: &str = "GBP";

/// What each merchant adds to most parcels.
pub(super) const POSTAGE: [&str; 2] = ["POSTAGE-HOME", "POSTAGE-DESK"];

/// SKU, title, price in pence. The first merchant's.
const HOME: [(&str, &str, i64); 24] = [
    ("HOME-MUG-BLUE", "Stoneware mug, harbour blue", 950),
    ("HOME-MUG-SAND", "Stoneware mug, sand", 950),
    ("HOME-TEAPOT", "Cast iron teapot, 0.8 l", 3_495),
    ("HOME-BOARD-OAK", "Oak chopping board", 2_850),
    ("HOME-KNIFE-PARING", "Paring knife, beech handle", 1_290),
    ("HOME-TOWEL-TEA", "Linen tea towel, set of two", 1_450),
    ("HOME-APRON", "Canvas apron, charcoal", 2_200),
    ("HOME-LANTERN", "White metal lantern", 1_650),
    ("HOME-CANDLE-FIG", "Soy candle, fig and cedar", 1_400),
    ("HOME-CANDLE-SEA", "Soy candle, sea salt", 1_400),
    ("HOME-VASE-TALL", "Recycled glass vase, tall", 2_650),
    ("HOME-VASE-BUD", "Recycled glass bud vase", 890),
    ("HOME-THROW-WOOL", "Lambswool throw, heather", 6_900),
    ("HOME-CUSHION", "Velvet cushion, moss", 2_990),
    ("HOME-BASKET", "Seagrass basket, medium", 2_400),
    ("HOME-CLOCK", "Wall clock, birch", 4_250),
    ("HOME-DOORMAT", "Coir doormat", 1_890),
    ("HOME-SOAP-OAT", "Oat and honey soap", 550),
    ("HOME-BRUSH", "Dish brush with spare head", 790),
    ("HOME-PLANTER", "Terracotta planter, 18 cm", 1_150),
    ("HOME-WATERING", "Enamel watering can", 2_350),
    ("HOME-TIN-BISCUIT", "Biscuit tin, swallows", 1_180),
    ("HOME-JAR-SET", "Preserving jars, set of three", 1_575),
    ("HOME-MILK-PAN", "Enamel milk pan", 1_995),
];

/// The second merchant's.
const DESK: [(&str, &str, i64); 16] = [
    ("DESK-NOTEBOOK-A5", "Dotted notebook, A5", 1_250),
    ("DESK-NOTEBOOK-A6", "Pocket notebook, A6", 690),
    ("DESK-PEN-BRASS", "Brass ballpoint pen", 2_800),
    ("DESK-PEN-FOUNTAIN", "Fountain pen, fine nib", 3_900),
    ("DESK-INK-MIDNIGHT", "Bottled ink, midnight", 990),
    ("DESK-PENCILS", "Graphite pencils, box of twelve", 1_100),
    ("DESK-ERASER", "Natural rubber eraser", 180),
    ("DESK-RULER", "Steel ruler, 30 cm", 645),
    ("DESK-TAPE", "Washi tape, set of five", 725),
    ("DESK-CARDS", "Letterpress cards, set of eight", 1_600),
    ("DESK-ENVELOPES", "Kraft envelopes, fifty", 850),
    ("DESK-CALENDAR", "Wall calendar, coast paths", 1_495),
    ("DESK-LAMP", "Desk lamp, forest green", 5_400),
    ("DESK-TRAY", "Letter tray, walnut", 3_250),
    ("DESK-STAPLER", "Stapler, cast steel", 2_150),
    ("DESK-GLUE", "Glue stick", 240),
];

/// Goods of one merchant.
pub(super) fn goods(merchant: usize) -> &'static [(&'static str, &'static str, i64)] {
    if merchant == 0 { &HOME } else { &DESK }
}

/// All products, goods before services.
pub(super) fn listings() -> Result<Vec<Listing>, InvalidValue> {
    let mut listings = Vec::new();
    for (number, merchant) in MERCHANTS.iter().enumerate() {
        for (sku, title, price) in goods(number) {
            listings.push(listing(merchant, ProductKind::Goods, sku, title, *price)?);
        }
    }
    for (merchant, sku) in MERCHANTS.iter().zip(POSTAGE) {
        listings.push(listing(merchant, ProductKind::Service, sku, "Postage and packing", 395)?);
    }
    Ok(listings)
}

fn listing(merchant: &str, kind: ProductKind, sku: &str, title: &str, price: i64) -> Result<Listing, InvalidValue> {
    Ok(Listing {
        sku: sku.parse()?,
        title: title.parse()?,
        kind,
        price: purser_domain::money::Money { amount: price.try_into()?, currency: CURRENCY.parse()? },
        merchant: merchant.parse()?,
    })
}
