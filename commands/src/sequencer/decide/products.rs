//! Commands to the catalogue.

use purser_domain::{
    money::Money,
    principal::Principal,
    product::{Backorder, Listing, ProductCommand, ProductRefusal},
    text::Sku,
};

use super::{Answer, Asked, Decision, Stopped};
use crate::failure::Refusal;

impl Decision<'_> {
    pub(super) fn list_product(&mut self, asked: &Asked<'_>, sku: &Sku, listing: &Listing) -> Result<Answer, Stopped> {
        match &asked.request.principal {
            Principal::Merchant(own) if listing.merchant != *own => {
                Err(Stopped::refused(Refusal::FieldNotAllowed { field: "merchant".to_owned() }))
            }
            Principal::Merchant(_)
            | Principal::Customer(_)
            | Principal::BackOffice
            | Principal::Operator
            | Principal::Saga => {
                let list = ProductCommand::List { listing: listing.clone(), at: self.now };
                self.drive_product(asked, sku, list)
            }
        }
    }

    pub(super) fn reprice_product(&mut self, asked: &Asked<'_>, sku: &Sku, price: Money) -> Result<Answer, Stopped> {
        self.check_product(asked, sku)?;
        self.drive_product(asked, sku, ProductCommand::Reprice { price, at: self.now })
    }

    pub(super) fn set_backorder(
        &mut self,
        asked: &Asked<'_>,
        sku: &Sku,
        backorder: Backorder,
    ) -> Result<Answer, Stopped> {
        self.check_product(asked, sku)?;
        self.drive_product(asked, sku, ProductCommand::SetBackorder { backorder, at: self.now })
    }

    pub(super) fn delist_product(&mut self, asked: &Asked<'_>, sku: &Sku) -> Result<Answer, Stopped> {
        self.check_product(asked, sku)?;
        self.drive_product(asked, sku, ProductCommand::Delist { at: self.now })
    }

    /// The product, if there is one that is theirs.
    pub(super) fn check_product(&self, asked: &Asked<'_>, sku: &Sku) -> Result<&Listing, Stopped> {
        self.working
            .products
            .get(sku)
            .and_then(|product| product.state.listing())
            .filter(|listing| asked.request.principal.owns_product(listing))
            .ok_or_else(|| Stopped::refused(ProductRefusal::Unknown))
    }

    fn drive_product(&mut self, asked: &Asked<'_>, sku: &Sku, command: ProductCommand) -> Result<Answer, Stopped> {
        let product = self.working.products.entry(sku.clone()).or_default();
        self.draft.drive(product.target(sku), command, &asked.metadata)?;
        Ok(Answer::Done)
    }
}
