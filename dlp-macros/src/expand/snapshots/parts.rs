fn scores<'a>(rows: &'a [Row], out: &mut Vec<(&'a str, f64)>) {
    {
        let at: &'static ::dlp::__private::Loop = {
            static __DLP_LOOP: ::dlp::__private::Loop = ::dlp::__private::Loop {
                function: ::core::concat!(::core::module_path!(), "::", "scores"),
                file: ::core::file!(),
                line: 1u32,
                hash: 17425879275063672483u64,
                sites: &[
                    ::dlp::__private::Site {
                        line: 1u32,
                        target: "out",
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
            for row in rows {
                let score = row.score();
                out.push((&row.name, score));
            }
        } else {
            #[allow(..)]
            {
                use ::dlp::__private::traits::*;
                match ::core::iter::IntoIterator::into_iter(rows) {
                    source => {
                        let kind = ::dlp::__private::Source::new(&source);
                        let again = (&&::dlp::__private::Probe(&source)).dlp_again();
                        let items = ::dlp::__private::Items::of(&source);
                        let witness_0_0 = &::dlp::__private::Witness::of(&out);
                        let field_0_0 = &::dlp::__private::Field::of_item(&again);
                        let field_0_1 = &::dlp::__private::Field::new();
                        let left = ::dlp::__private::run(
                            at,
                            ::dlp::__private::ToEnd,
                            source,
                            again,
                            false,
                            |row, log| {
                                'iteration: {
                                    {
                                        let score = row.score();
                                        if again.dlp_at_hand() {
                                            let part_0 = &::dlp::__private::Witness::of(&(&row.name));
                                            match (score,) {
                                                values => {
                                                    if false {
                                                        let value_1 = ::dlp::__private::like(&values.0);
                                                        let value_0 = part_0.conjure();
                                                        let mut place_0 = witness_0_0.conjure();
                                                        place_0.push((value_0, value_1));
                                                    }
                                                    log.effect(0u32);
                                                    field_0_1.is(&values.0);
                                                    (&&&&&&&*field_0_1).dlp_prove(&values.0);
                                                    (&&&&&&*field_0_1).dlp_put(&values.0, log);
                                                }
                                            }
                                        } else {
                                            match (&row.name, score) {
                                                values => {
                                                    if false {
                                                        let value_0 = ::dlp::__private::like(&values.0);
                                                        let value_1 = ::dlp::__private::like(&values.1);
                                                        let mut place_0 = witness_0_0.conjure();
                                                        place_0.push((value_0, value_1));
                                                    }
                                                    log.effect(0u32);
                                                    field_0_0.is(&values.0);
                                                    (&&&&&&&*field_0_0).dlp_prove(&values.0);
                                                    (&&&&&&*field_0_0).dlp_put(&values.0, log);
                                                    field_0_1.is(&values.1);
                                                    (&&&&&&&*field_0_1).dlp_prove(&values.1);
                                                    (&&&&&&*field_0_1).dlp_put(&values.1, log);
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
                                                let row = op.item();
                                                let score = ::dlp::__private::NotCarried;
                                                let value_1 = (&&&&&&*field_0_1).dlp_get(op.reader());
                                                if witness_0_0.replays() {
                                                    out.push((&row.name, value_1));
                                                }
                                            } else {
                                                let score = ::dlp::__private::NotCarried;
                                                let row = ::dlp::__private::NotCarried;
                                                let value_0 = (&&&&&&*field_0_0).dlp_get(op.reader());
                                                let value_1 = (&&&&&&*field_0_1).dlp_get(op.reader());
                                                if witness_0_0.replays() {
                                                    out.push((value_0, value_1));
                                                }
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
}
