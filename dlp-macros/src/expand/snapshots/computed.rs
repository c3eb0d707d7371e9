pub fn totals(n: u64) -> (Vec<u64>, f64) {
    let (mut all, mut total) = (Vec::new(), 0.0);
    #[allow(..)]
    if false {
        return (all, total);
    }
    {
        let at: &'static ::dlp::__private::Loop = {
            static __DLP_LOOP: ::dlp::__private::Loop = ::dlp::__private::Loop {
                function: ::core::concat!(::core::module_path!(), "::", "totals"),
                file: ::core::file!(),
                line: 1u32,
                hash: 439904558499358995u64,
                sites: &[
                    ::dlp::__private::Site {
                        line: 1u32,
                        target: "all",
                    },
                    ::dlp::__private::Site {
                        line: 1u32,
                        target: "total",
                    },
                ],
                captured: &[],
                exits: ::dlp::__private::Exits::Never,
                ways_out: &[],
                options: ::dlp::__private::Options {
                    strategy: ::dlp::__private::Strategy::RoundRobin,
                    chunk: ::dlp::__private::Chunk::Fixed(4),
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
            for x in 0..n {
                if x % 7 == 0 {
                    continue;
                }
                let y = work(x);
                all.push(y);
                total += y.sqrt();
            }
        } else {
            #[allow(..)]
            {
                use ::dlp::__private::traits::*;
                match ::core::iter::IntoIterator::into_iter(0..n) {
                    source => {
                        let kind = ::dlp::__private::Source::new(&source);
                        let again = ::dlp::__private::ByNothing::dlp_again(
                            &::dlp::__private::Probe(&source),
                        );
                        let items = ::dlp::__private::Items::of(&source);
                        let witness_0_0 = &::dlp::__private::Witness::of(&all);
                        let field_0_0 = &::dlp::__private::Field::new();
                        let witness_1_0 = &::dlp::__private::Witness::of(&total);
                        let field_1_0 = &::dlp::__private::Field::new();
                        let left = ::dlp::__private::run(
                            at,
                            ::dlp::__private::ToEnd,
                            source,
                            again,
                            false,
                            |x, log| {
                                'iteration: {
                                    {
                                        if x % 7 == 0 {
                                            break 'iteration ::dlp::__private::Flow::Next;
                                        }
                                        let y = work(x);
                                        {
                                            match (y,) {
                                                values => {
                                                    if false {
                                                        let value_0 = ::dlp::__private::like(&values.0);
                                                        let mut place_0 = witness_0_0.conjure();
                                                        place_0.push(value_0);
                                                    }
                                                    log.effect(0u32);
                                                    field_0_0.is(&values.0);
                                                    (&&&&&&&*field_0_0).dlp_prove(&values.0);
                                                    (&&&&&&*field_0_0).dlp_put(&values.0, log);
                                                }
                                            }
                                        };
                                        {
                                            match (y.sqrt(),) {
                                                values => {
                                                    if false {
                                                        let value_0 = ::dlp::__private::like(&values.0);
                                                        let mut place_0 = witness_1_0.conjure();
                                                        place_0 += value_0;
                                                    }
                                                    log.effect(1u32);
                                                    field_1_0.is(&values.0);
                                                    (&&&&&&&*field_1_0).dlp_prove(&values.0);
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
                                            let y = ::dlp::__private::NotCarried;
                                            let x = ::dlp::__private::NotCarried;
                                            let value_0 = (&&&&&&*field_0_0).dlp_get(op.reader());
                                            if witness_0_0.replays() {
                                                all.push(value_0);
                                            }
                                        }
                                        1u32 => {
                                            let y = ::dlp::__private::NotCarried;
                                            let x = ::dlp::__private::NotCarried;
                                            let value_0 = (&&&&&&*field_1_0).dlp_get(op.reader());
                                            if witness_1_0.replays() {
                                                total += value_0;
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
                        (&&&&kind).dlp_check();
                        if let ::core::option::Option::Some(_) = left {
                            ::core::unreachable!()
                        }
                    }
                }
            }
        }
    }
    (all, total)
}
