fn report(words: &[&str]) -> Result<::core::option::Option<Counts>, Error> {
    use ::dlp::__private as __dlp;
    let mut counts = Counts::new();
    #[allow(..)]
    if false {
        return Ok(::core::option::Option::Some(counts));
    }
    {
        let at: &'static __dlp::Loop = {
            static __DLP_LOOP: __dlp::Loop = __dlp::Loop {
                function: ::core::concat!(::core::module_path!(), "::", "report"),
                file: ::core::file!(),
                line: 1u32,
                hash: 13577788427800635081u64,
                sites: &[
                    __dlp::Site {
                        line: 1u32,
                        target: "counts",
                    },
                    __dlp::Site {
                        line: 1u32,
                        target: "standard output",
                    },
                ],
                captured: &[],
                exits: __dlp::Exits::Never,
                ways_out: &[],
                options: __dlp::Options {
                    gather: __dlp::Gather::Root,
                    ..__dlp::Options::DEFAULT
                },
            };
            &__DLP_LOOP
        };
        if __dlp::serial(at) {
            for word in words {
                let weight = word.len();
                counts.entry(weight).and_modify(|count| *count += weight).or_insert(1);
                if __dlp::prints() {
                    println!("{word}: {weight}")
                } else {
                    #[allow(..)]
                    let _ = ::core::format_args!("{word}: {weight}");
                };
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
                        let witness_0_0 = &__dlp::Witness::of(&counts);
                        let field_0_0 = &__dlp::Field::new();
                        let field_0_1 = &__dlp::Field::new();
                        let field_1_0 = &__dlp::Field::new();
                        let left = __dlp::run(
                            at,
                            __dlp::Kind::<false, false>,
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
                                                        let value_0 = __dlp::like(&values.0);
                                                        let mut weight = __dlp::like(values.1);
                                                        let mut place_0 = witness_0_0.conjure();
                                                        place_0
                                                            .entry(value_0)
                                                            .and_modify(|count| *count += weight)
                                                            .or_insert(1);
                                                    }
                                                    let effect = &mut log.open(0u32);
                                                    field_0_0.is(&values.0);
                                                    (&&&&&&&*field_0_0).dlp_prove(&values.0);
                                                    (&&&&&&*field_0_0).dlp_put(&values.0, effect);
                                                    field_0_1.is(values.1);
                                                    (&&&&&&&*field_0_1).dlp_prove(values.1);
                                                    (&&&&&&*field_0_1).dlp_put(values.1, effect);
                                                    effect.end();
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
                                                    let effect = &mut log.open(1u32);
                                                    field_1_0.is(&values.0);
                                                    (&&&&&&*field_1_0).dlp_put(&values.0, effect);
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
                                                    let weight = __dlp::NotCarried;
                                                    let word = __dlp::NotCarried;
                                                    let value_0 = (&&&&&&*field_0_0).dlp_get(op.reader());
                                                    let mut weight = (&&&&&&*field_0_1).dlp_get(op.reader());
                                                    if witness_0_0.replays() {
                                                        counts
                                                            .entry(value_0)
                                                            .and_modify(|count| *count += weight)
                                                            .or_insert(1);
                                                    }
                                                }
                                                if !op.again(0u32) {
                                                    break;
                                                }
                                            }
                                        }
                                        1u32 => {
                                            loop {
                                                {
                                                    let weight = __dlp::NotCarried;
                                                    let word = __dlp::NotCarried;
                                                    let value_0 = (&&&&&&*field_1_0).dlp_get(op.reader());
                                                    __dlp::print(&value_0);
                                                }
                                                if !op.again(1u32) {
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
    let stay = match __dlp::stay() {
        ::core::option::Option::Some(stay) => stay,
        ::core::option::Option::None => {
            return ::core::result::Result::Ok(::core::option::Option::None);
        }
    };
    if __dlp::prints() {
        println!("{} lengths", counts.len())
    } else {
        #[allow(..)]
        let _ = ::core::format_args!("{} lengths", counts.len());
    };
    Ok(::core::option::Option::Some(counts))
}
