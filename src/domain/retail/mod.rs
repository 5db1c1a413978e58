//! The retail domain: a web shop with orders, products and users (`tau_bench/envs/retail`).
//!
//! One file a group of tools; each tool is a [`ToolDef`](super::ToolDef) with its function beside it. The order of
//! checks inside a tool is the original's and decides which complaint a wrong call gets.

mod cancel;
mod exchange;
mod items;
mod lookup;
mod modify;
mod orders;
mod returns;

use super::common::{CALCULATE, THINK, TRANSFER_TO_HUMAN_AGENTS};
use super::toolkit::Domain;

pub static RETAIL: Domain = Domain {
    name: "retail",
    tables: &["orders", "products", "users"],
    tools: &[
        CALCULATE,
        cancel::CANCEL_PENDING_ORDER,
        exchange::EXCHANGE_DELIVERED_ORDER_ITEMS,
        lookup::FIND_USER_ID_BY_EMAIL,
        lookup::FIND_USER_ID_BY_NAME_ZIP,
        lookup::GET_ORDER_DETAILS,
        lookup::GET_PRODUCT_DETAILS,
        lookup::GET_USER_DETAILS,
        lookup::LIST_ALL_PRODUCT_TYPES,
        modify::MODIFY_PENDING_ORDER_ADDRESS,
        items::MODIFY_PENDING_ORDER_ITEMS,
        modify::MODIFY_PENDING_ORDER_PAYMENT,
        modify::MODIFY_USER_ADDRESS,
        returns::RETURN_DELIVERED_ORDER_ITEMS,
        THINK,
        TRANSFER_TO_HUMAN_AGENTS,
    ],
    terminate_tools: &["transfer_to_human_agents"],
};
