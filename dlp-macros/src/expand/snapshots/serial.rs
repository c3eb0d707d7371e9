fn best(lines: &[Line]) -> (f64, Option<&Line>) {
    use ::dlp::__private as __dlp;
    let (mut best, mut arg) = (0.0, None);
    #[allow(..)]
    if false {
        return (best, arg);
    }
    {
        let at: &'static __dlp::Loop = {
            static __DLP_LOOP: __dlp::Loop = __dlp::Loop {
                function: ::core::concat!(::core::module_path!(), "::", "best"),
                file: ::core::file!(),
                line: 1u32,
                hash: 9620464289812637944u64,
                sites: &[
                    __dlp::Site {
                        line: 1u32,
                        target: "best, arg",
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
                use __dlp::traits::*;
                let root_1 = &__dlp::Witness::of(&best);
                let root_2 = &__dlp::Witness::of(&arg);
                match ::core::iter::IntoIterator::into_iter(lines) {
                    source => {
                        let kind = __dlp::Source::new(&source);
                        let again = (&&__dlp::Probe(&source)).dlp_again();
                        let items = __dlp::Items::of(&source);
                        let witness_0_0 = &__dlp::Witness::of(&best);
                        let witness_0_1 = &__dlp::Witness::of(&arg);
                        let field_0_0 = &__dlp::Field::new();
                        let field_0_1 = &__dlp::Field::of_item(&again);
                        witness_0_0.stays_inside("best");
                        witness_0_1.stays_inside("arg");
                        let left = __dlp::run(
                            at,
                            __dlp::Kind::<false, false>,
                            source,
                            again,
                            false,
                            |line, log| {
                                'iteration: {
                                    {
                                        let score = line.score();
                                        if again.dlp_at_hand() {
                                            let part_1 = &__dlp::Witness::of(&(line));
                                            match (&(score),) {
                                                values => {
                                                    if false {
                                                        let mut score = __dlp::like(values.0);
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
                                                    let effect = &mut log.open(0u32);
                                                    field_0_0.is(values.0);
                                                    (&&&&&&&*field_0_0).dlp_prove(values.0);
                                                    (&&&&&&*field_0_0).dlp_put(values.0, effect);
                                                    effect.end();
                                                }
                                            }
                                        } else {
                                            match (&(score), &(line)) {
                                                values => {
                                                    if false {
                                                        let mut score = __dlp::like(values.0);
                                                        let line = __dlp::like(values.1);
                                                        let mut best = root_1.conjure();
                                                        let mut arg = root_2.conjure();
                                                        {
                                                            if score > best {
                                                                best = score;
                                                                arg = Some(line);
                                                            }
                                                        };
                                                    }
                                                    let effect = &mut log.open(0u32);
                                                    field_0_0.is(values.0);
                                                    (&&&&&&&*field_0_0).dlp_prove(values.0);
                                                    (&&&&&&*field_0_0).dlp_put(values.0, effect);
                                                    field_0_1.is(values.1);
                                                    (&&&&&&&*field_0_1).dlp_prove(values.1);
                                                    (&&&&&&*field_0_1).dlp_put(values.1, effect);
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
                                                    let line = op.item();
                                                    let score = __dlp::NotCarried;
                                                    let mut score = (&&&&&&*field_0_0).dlp_get(op.reader());
                                                    {
                                                        if score > best {
                                                            best = score;
                                                            arg = Some(line);
                                                        }
                                                    };
                                                } else {
                                                    let score = __dlp::NotCarried;
                                                    let line = __dlp::NotCarried;
                                                    let mut score = (&&&&&&*field_0_0).dlp_get(op.reader());
                                                    let line = (&&&&&&*field_0_1).dlp_get(op.reader());
                                                    {
                                                        if score > best {
                                                            best = score;
                                                            arg = Some(line);
                                                        }
                                                    };
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
    (best, arg)
}
