fn scores<'a>(rows: &'a [Row], out: &mut Vec<(&'a str, f64)>) {
    use ::dlp::__private as __dlp;
    {
        let at: &'static __dlp::Loop = {
            static __DLP_LOOP: __dlp::Loop = __dlp::Loop {
                function: ::core::concat!(::core::module_path!(), "::", "scores"),
                file: ::core::file!(),
                line: 1u32,
                hash: 17425879275063672483u64,
                sites: &[
                    __dlp::Site {
                        line: 1u32,
                        target: "out",
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
            for row in rows {
                let score = row.score();
                out.push((&row.name, score));
            }
        } else {
            #[allow(..)]
            {
                use __dlp::traits::*;
                match ::core::iter::IntoIterator::into_iter(rows) {
                    source => {
                        let kind = __dlp::Source::new(&source);
                        let again = (&&__dlp::Probe(&source)).dlp_again();
                        let items = __dlp::Items::of(&source);
                        let witness_0_0 = &__dlp::Witness::of(&out);
                        let field_0_0 = &__dlp::Field::of_item(&again);
                        let field_0_1 = &__dlp::Field::new();
                        let left = __dlp::run(
                            at,
                            __dlp::Kind::<false, false>,
                            source,
                            again,
                            false,
                            |row, log| {
                                'iteration: {
                                    {
                                        let score = row.score();
                                        if again.dlp_at_hand() {
                                            let part_0 = &__dlp::Witness::of(&(&row.name));
                                            match (score,) {
                                                values => {
                                                    if false {
                                                        let value_1 = __dlp::like(&values.0);
                                                        let value_0 = part_0.conjure();
                                                        let mut place_0 = witness_0_0.conjure();
                                                        place_0.push((value_0, value_1));
                                                    }
                                                    let effect = &mut log.open(0u32);
                                                    field_0_1.is(&values.0);
                                                    (&&&&&&&*field_0_1).dlp_prove(&values.0);
                                                    (&&&&&&*field_0_1).dlp_put(&values.0, effect);
                                                    effect.end();
                                                }
                                            }
                                        } else {
                                            match (&row.name, score) {
                                                values => {
                                                    if false {
                                                        let value_0 = __dlp::like(&values.0);
                                                        let value_1 = __dlp::like(&values.1);
                                                        let mut place_0 = witness_0_0.conjure();
                                                        place_0.push((value_0, value_1));
                                                    }
                                                    let effect = &mut log.open(0u32);
                                                    field_0_0.is(&values.0);
                                                    (&&&&&&&*field_0_0).dlp_prove(&values.0);
                                                    (&&&&&&*field_0_0).dlp_put(&values.0, effect);
                                                    field_0_1.is(&values.1);
                                                    (&&&&&&&*field_0_1).dlp_prove(&values.1);
                                                    (&&&&&&*field_0_1).dlp_put(&values.1, effect);
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
                                                if again.dlp_at_hand() {
                                                    let row = op.item();
                                                    let score = __dlp::NotCarried;
                                                    let value_1 = (&&&&&&*field_0_1).dlp_get(op.reader());
                                                    if witness_0_0.replays() {
                                                        out.push((&row.name, value_1));
                                                    }
                                                } else {
                                                    let score = __dlp::NotCarried;
                                                    let row = __dlp::NotCarried;
                                                    let value_0 = (&&&&&&*field_0_0).dlp_get(op.reader());
                                                    let value_1 = (&&&&&&*field_0_1).dlp_get(op.reader());
                                                    if witness_0_0.replays() {
                                                        out.push((value_0, value_1));
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
