//! The texts of the form as signals.

use leptos::prelude::*;

use crate::present::endpoint_form::{EndpointForm, FormErrors, FormField};

macro_rules! fields {
    ($($name:ident),+ $(,)?) => {
        /// One signal a field of [`EndpointForm`].
        #[derive(Clone, Copy)]
        pub struct Fields {
            $(pub $name: RwSignal<String>,)+
            /// What was wrong when the form was last read.
            pub errors: RwSignal<FormErrors>,
        }

        impl Fields {
            pub fn new(form: EndpointForm) -> Self {
                let EndpointForm { $($name),+ } = form;
                Self { $($name: RwSignal::new($name),)+ errors: RwSignal::new(FormErrors::new()) }
            }

            /// The form as it is typed now.
            pub fn form(self) -> EndpointForm {
                EndpointForm { $($name: self.$name.get_untracked()),+ }
            }
        }
    };
}

fields!(
    name,
    base_url,
    model,
    temperature,
    top_p,
    max_tokens,
    seed,
    effort,
    extra,
    streaming,
    key_header,
    headers,
    first_byte,
    between_bytes,
    max_concurrent,
);

impl Fields {
    /// What is wrong with one field.
    pub fn error(self, field: FormField) -> Signal<Option<String>> {
        Signal::derive(move || {
            self.errors.with(|errors| errors.iter().find(|(own, _)| *own == field).map(|(_, text)| text.clone()))
        })
    }
}
