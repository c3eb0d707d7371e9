fn joined(words: &[Word]) -> List {
    let mut list = List::new();
    #[allow(..)]
    if false {
        return list;
    }
    {
        let at: &'static ::dlp::__private::Loop = {
            static __DLP_LOOP: ::dlp::__private::Loop = ::dlp::__private::Loop {
                function: ::core::concat!(::core::module_path!(), "::", "joined"),
                file: ::core::file!(),
                line: 1u32,
                hash: 10246692283951775764u64,
                sites: &[
                    ::dlp::__private::Site {
                        line: 1u32,
                        target: "list",
                    },
                ],
                captured: &[],
                exits: ::dlp::__private::Exits::Never,
                ways_out: &[],
                options: ::dlp::__private::Options {
                    strategy: ::dlp::__private::Strategy::Managed,
                    chunk: ::dlp::__private::Chunk::Auto,
                    gather: ::dlp::__private::Gather::All,
                    manager: ::dlp::__private::Manager::Working,
                    check: ::dlp::__private::Check::Sample,
                    on_error: ::dlp::__private::OnError::Stop,
                    retry: 0,
                },
            };
            &__DLP_LOOP
        };
        if ::dlp::__private::serial(at) {
            for word in words {
                let text = word.to_text();
                list = list.with(text);
            }
        } else {
            #[allow(..)]
            {
                use ::dlp::__private::traits::*;
                match ::core::iter::IntoIterator::into_iter(words) {
                    source => {
                        let kind = ::dlp::__private::Source::new(&source);
                        let again = ::dlp::__private::ByNothing::dlp_again(
                            &::dlp::__private::Probe(&source),
                        );
                        let items = ::dlp::__private::Items::of(&source);
                        let witness_0_0 = &::dlp::__private::Witness::of(&list);
                        let field_0_0 = &::dlp::__private::Field::new();
                        let mut held_0 = ::core::option::Option::Some(list);
                        let left = ::dlp::__private::run(
                            at,
                            ::dlp::__private::ToEnd,
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
                                                        let value_0 = ::dlp::__private::like(&values.0);
                                                        let mut place_0 = witness_0_0.conjure();
                                                        place_0 = place_0.with(value_0);
                                                    }
                                                    log.effect(0u32);
                                                    field_0_0.is(&values.0);
                                                    (&&&&&&&*field_0_0).dlp_prove(&values.0);
                                                    (&&&&&&*field_0_0).dlp_put(&values.0, log);
                                                }
                                            }
                                        };
                                    }
                                    ::dlp::__private::Flow::Next
                                }
                            },
                            |site, op| {
                                'replay: {
                                    match site {
                                        0u32 => {
                                            let text = ::dlp::__private::NotCarried;
                                            let word = ::dlp::__private::NotCarried;
                                            let value_0 = (&&&&&&*field_0_0).dlp_get(op.reader());
                                            if witness_0_0.replays() {
                                                let mut list = ::core::option::Option::unwrap(
                                                    ::core::option::Option::take(&mut held_0),
                                                );
                                                list = list.with(value_0);
                                                held_0 = ::core::option::Option::Some(list);
                                            }
                                        }
                                        _ => ::core::unreachable!(),
                                    }
                                    ::dlp::__private::Flow::Next
                                }
                            },
                            |exit: u32, log: &::dlp::__private::Record| match exit {
                                _ => {}
                            },
                            |exit: u32, index: u64| match exit {
                                _ => false,
                            },
                            ::dlp::__private::never,
                            || {
                                (
                                    ::dlp::__private::Look::new(
                                        (&&&items).dlp_digest(),
                                        (&&items).dlp_twice(),
                                    ),
                                    [],
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
