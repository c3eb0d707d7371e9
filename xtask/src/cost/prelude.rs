#![allow(dead_code)]
use std::collections::{HashMap, HashSet};
use std::num::ParseIntError;

pub struct Row {
    pub name: String,
    pub scale: f64,
    pub values: Vec<f64>,
}

#[derive(Default)]
pub struct Summary {
    pub total: f64,
    pub names: Vec<String>,
}
