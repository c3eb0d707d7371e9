fn report(words: &[&str]) -> Result<::core::option::Option<Counts>, Error> {
    let mut counts = Counts::new();
    #[allow(..)]
    if false {
        return Ok(::core::option::Option::Some(counts));
    }
    {
        let at: &'static ::dlp::__private::Loop = {
            static __DLP_LOOP: ::dlp::__private::Loop = ::dlp::__private::Loop {
                function: ::core::concat!(::core::module_path!(), "::", "report"),
                file: ::core::file!(),
                line: 1u32,
                hash: 9862439648959199641u64,
                sites: &[
                    ::dlp::__private::Site {
                        line: 1u32,
                        target: "counts",
                    },
                    ::dlp::__private::Site {
                        line: 1u32,
                        target: "standard output",
                    },
                ],
                captured: &[],
                exits: ::dlp::__private::Exits::Never,
                ways_out: &[],
                options: ::dlp::__private::Options {
                    strategy: ::dlp::__private::Strategy::Managed,
                    chunk: ::dlp::__private::Chunk::Auto,
                    gather: ::dlp::__private::Gather::Root,
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
                let weight = word.len();
                counts.entry(weight).and_modify(|count| *count += weight).or_insert(1);
                if ::dlp::__private::prints() {
                    println!("{word}: {weight}")
                } else {
                    #[allow(..)]
                    let _ = ::core::format_args!("{word}: {weight}");
                };
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
                        let witness_0_0 = &::dlp::__private::Witness::of(&counts);
                        let field_0_0 = &::dlp::__private::Field::new();
                        let field_0_1 = &::dlp::__private::Field::new();
                        let field_1_0 = &::dlp::__private::Field::new();
                        let left = ::dlp::__private::run(
                            at,
                            ::dlp::__private::ToEnd,
                            source,
                            again,
                            false,
                            |word, log| {
                                'iteration: {
                                    {
                                        let weight = word.len();
                                        {
                                            match (weight, &(weight)) {
                                                values => {
                                                    if false {
                                                        let value_0 = ::dlp::__private::like(&values.0);
                                                        let mut weight = ::dlp::__private::like(values.1);
                                                        let mut place_0 = witness_0_0.conjure();
                                                        place_0
                                                            .entry(value_0)
                                                            .and_modify(|count| *count += weight)
                                                            .or_insert(1);
                                                    }
                                                    log.effect(0u32);
                                                    field_0_0.is(&values.0);
                                                    (&&&&&&&*field_0_0).dlp_prove(&values.0);
                                                    (&&&&&&*field_0_0).dlp_put(&values.0, log);
                                                    field_0_1.is(values.1);
                                                    (&&&&&&&*field_0_1).dlp_prove(values.1);
                                                    (&&&&&&*field_0_1).dlp_put(values.1, log);
                                                }
                                            }
                                        };
                                        {
                                            match (
                                                ::std::format!(
                                                    "{}\n", ::core::format_args!("{word}: {weight}")
                                                ),
                                            ) {
                                                values => {
                                                    log.effect(1u32);
                                                    field_1_0.is(&values.0);
                                                    (&&&&&&*field_1_0).dlp_put(&values.0, log);
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
                                            let weight = ::dlp::__private::NotCarried;
                                            let word = ::dlp::__private::NotCarried;
                                            let value_0 = (&&&&&&*field_0_0).dlp_get(op.reader());
                                            let mut weight = (&&&&&&*field_0_1).dlp_get(op.reader());
                                            if witness_0_0.replays() {
                                                counts
                                                    .entry(value_0)
                                                    .and_modify(|count| *count += weight)
                                                    .or_insert(1);
                                            }
                                        }
                                        1u32 => {
                                            let weight = ::dlp::__private::NotCarried;
                                            let word = ::dlp::__private::NotCarried;
                                            let value_0 = (&&&&&&*field_1_0).dlp_get(op.reader());
                                            ::dlp::__private::print(&value_0);
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
                        (&&&&kind).dlp_check();
                        if let ::core::option::Option::Some(_) = left {
                            ::core::unreachable!()
                        }
                    }
                }
            }
        }
    }
    #[allow(..)]
    let stay = match ::dlp::__private::stay() {
        ::core::option::Option::Some(stay) => stay,
        ::core::option::Option::None => {
            return ::core::result::Result::Ok(::core::option::Option::None);
        }
    };
    if ::dlp::__private::prints() {
        println!("{} lengths", counts.len())
    } else {
        #[allow(..)]
        let _ = ::core::format_args!("{} lengths", counts.len());
    };
    Ok(::core::option::Option::Some(counts))
}
