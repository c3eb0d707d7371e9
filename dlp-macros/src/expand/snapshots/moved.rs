fn joined(words: &[Word]) -> List {
    use ::dlp::__private as __dlp;
    let mut list = List::new();
    #[allow(..)]
    if false {
        return list;
    }
    {
        let at: &'static __dlp::Loop = {
            static __DLP_LOOP: __dlp::Loop = __dlp::Loop {
                function: ::core::concat!(::core::module_path!(), "::", "joined"),
                file: ::core::file!(),
                line: 1u32,
                hash: 10246692283951775764u64,
                sites: &[
                    __dlp::Site {
                        line: 1u32,
                        target: "list",
                    },
                ],
                captured: &[],
                exits: __dlp::Exits::Never,
                ways_out: &[],
                options: __dlp::Options::DEFAULT,
            };
            &__DLP_LOOP
        };
        if __dlp::serial(at) {
            for word in words {
                let text = word.to_text();
                list = list.with(text);
            }
        } else {
            #[allow(..)]
            {
                use __dlp::traits::*;
                match ::core::iter::IntoIterator::into_iter(words) {
                    source => {
                        let kind = __dlp::Source::new(&source);
                        let again = __dlp::ByNothing::dlp_again(&__dlp::Probe(&source));
                        let items = __dlp::Items::of(&source);
                        let witness_0_0 = &__dlp::Witness::of(&list);
                        let field_0_0 = &__dlp::Field::new();
                        let mut held_0 = ::core::option::Option::Some(list);
                        let left = __dlp::run(
                            at,
                            __dlp::Kind::<false, false>,
                            source,
                            again,
                            false,
                            |word, log| {
                                'iteration: {
                                    {
                                        let text = word.to_text();
                                        {
                                            match (text,) {
                                                values => {
                                                    if false {
                                                        let value_0 = __dlp::like(&values.0);
                                                        let mut place_0 = witness_0_0.conjure();
                                                        place_0 = place_0.with(value_0);
                                                    }
                                                    let effect = &mut log.open(0u32);
                                                    field_0_0.is(&values.0);
                                                    (&&&&&&&*field_0_0).dlp_prove(&values.0);
                                                    (&&&&&&*field_0_0).dlp_put(&values.0, effect);
                                                    effect.end();
                                                }
                                            }
                                        };
                                    }
                                    __dlp::Flow::Next
                                }
                            },
                            |site, op| {
                                'replay: {
                                    match site {
                                        0u32 => {
                                            loop {
                                                {
                                                    let text = __dlp::NotCarried;
                                                    let word = __dlp::NotCarried;
                                                    let value_0 = (&&&&&&*field_0_0).dlp_get(op.reader());
                                                    if witness_0_0.replays() {
                                                        let mut list = ::core::option::Option::unwrap(
                                                            ::core::option::Option::take(&mut held_0),
                                                        );
                                                        list = list.with(value_0);
                                                        held_0 = ::core::option::Option::Some(list);
                                                    }
                                                }
                                                if !op.again(0u32) {
                                                    break;
                                                }
                                            }
                                        }
                                        _ => ::core::unreachable!(),
                                    }
                                    __dlp::Flow::Next
                                }
                            },
                            |exit: u32, log: &__dlp::Record| match exit {
                                _ => {}
                            },
                            |exit: u32, index: u64| match exit {
                                _ => false,
                            },
                            __dlp::never,
                            || {
                                (
                                    __dlp::Look::new(
                                        (&&&items).dlp_digest(),
                                        (&&items).dlp_twice(),
                                    ),
                                    [],
                                    __dlp::AllFolds::none(),
                                )
                            },
                        );
                        list = ::core::option::Option::unwrap(held_0);
                        (&&&&kind).dlp_check();
                        if let ::core::option::Option::Some(_) = left {
                            ::core::unreachable!()
                        }
                    }
                }
            }
        }
    }
    list
}
