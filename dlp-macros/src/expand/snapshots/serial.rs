fn best(lines: &[Line]) -> (f64, Option<&Line>) {
    let (mut best, mut arg) = (0.0, None);
    #[allow(..)]
    if false {
        return (best, arg);
    }
    {
        let at: &'static ::dlp::__private::Loop = {
            static __DLP_LOOP: ::dlp::__private::Loop = ::dlp::__private::Loop {
                function: ::core::concat!(::core::module_path!(), "::", "best"),
                file: ::core::file!(),
                line: 1u32,
                hash: 9620464289812637944u64,
                sites: &[
                    ::dlp::__private::Site {
                        line: 1u32,
                        target: "best, arg",
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
            for line in lines {
                let score = line.score();
                {
                    if score > best {
                        best = score;
                        arg = Some(line);
                    }
                }
            }
        } else {
            #[allow(..)]
            {
                use ::dlp::__private::traits::*;
                let root_1 = &::dlp::__private::Witness::of(&best);
                let root_2 = &::dlp::__private::Witness::of(&arg);
                match ::core::iter::IntoIterator::into_iter(lines) {
                    source => {
                        let kind = ::dlp::__private::Source::new(&source);
                        let again = (&&::dlp::__private::Probe(&source)).dlp_again();
                        let items = ::dlp::__private::Items::of(&source);
                        let witness_0_0 = &::dlp::__private::Witness::of(&best);
                        let witness_0_1 = &::dlp::__private::Witness::of(&arg);
                        let field_0_0 = &::dlp::__private::Field::new();
                        let field_0_1 = &::dlp::__private::Field::of_item(&again);
                        witness_0_0.stays_inside("best");
                        witness_0_1.stays_inside("arg");
                        let left = ::dlp::__private::run(
                            at,
                            ::dlp::__private::ToEnd,
                            source,
                            again,
                            false,
                            |line, log| {
                                'iteration: {
                                    {
                                        let score = line.score();
                                        if again.dlp_at_hand() {
                                            let part_1 = &::dlp::__private::Witness::of(&(line));
                                            match (&(score),) {
                                                values => {
                                                    if false {
                                                        let mut score = ::dlp::__private::like(values.0);
                                                        let line = part_1.conjure();
                                                        let mut best = root_1.conjure();
                                                        let mut arg = root_2.conjure();
                                                        {
                                                            if score > best {
                                                                best = score;
                                                                arg = Some(line);
                                                            }
                                                        };
                                                    }
                                                    log.effect(0u32);
                                                    field_0_0.is(values.0);
                                                    (&&&&&&&*field_0_0).dlp_prove(values.0);
                                                    (&&&&&&*field_0_0).dlp_put(values.0, log);
                                                }
                                            }
                                        } else {
                                            match (&(score), &(line)) {
                                                values => {
                                                    if false {
                                                        let mut score = ::dlp::__private::like(values.0);
                                                        let line = ::dlp::__private::like(values.1);
                                                        let mut best = root_1.conjure();
                                                        let mut arg = root_2.conjure();
                                                        {
                                                            if score > best {
                                                                best = score;
                                                                arg = Some(line);
                                                            }
                                                        };
                                                    }
                                                    log.effect(0u32);
                                                    field_0_0.is(values.0);
                                                    (&&&&&&&*field_0_0).dlp_prove(values.0);
                                                    (&&&&&&*field_0_0).dlp_put(values.0, log);
                                                    field_0_1.is(values.1);
                                                    (&&&&&&&*field_0_1).dlp_prove(values.1);
                                                    (&&&&&&*field_0_1).dlp_put(values.1, log);
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
                                            if again.dlp_at_hand() {
                                                let line = op.item();
                                                let score = ::dlp::__private::NotCarried;
                                                let mut score = (&&&&&&*field_0_0).dlp_get(op.reader());
                                                {
                                                    if score > best {
                                                        best = score;
                                                        arg = Some(line);
                                                    }
                                                };
                                            } else {
                                                let score = ::dlp::__private::NotCarried;
                                                let line = ::dlp::__private::NotCarried;
                                                let mut score = (&&&&&&*field_0_0).dlp_get(op.reader());
                                                let line = (&&&&&&*field_0_1).dlp_get(op.reader());
                                                {
                                                    if score > best {
                                                        best = score;
                                                        arg = Some(line);
                                                    }
                                                };
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
    (best, arg)
}
