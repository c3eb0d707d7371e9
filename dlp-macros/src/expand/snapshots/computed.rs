pub fn totals(n: u64) -> (Vec<u64>, f64) {
    use ::dlp::__private as __dlp;
    let (mut all, mut total) = (Vec::new(), 0.0);
    #[allow(..)]
    if false {
        return (all, total);
    }
    {
        let at: &'static __dlp::Loop = {
            static __DLP_LOOP: __dlp::Loop = __dlp::Loop {
                function: ::core::concat!(::core::module_path!(), "::", "totals"),
                file: ::core::file!(),
                line: 1u32,
                hash: 439904558499358995u64,
                sites: &[
                    __dlp::Site {
                        line: 1u32,
                        target: "all",
                    },
                    __dlp::Site {
                        line: 1u32,
                        target: "total",
                    },
                ],
                captured: &[],
                exits: __dlp::Exits::Never,
                ways_out: &[],
                options: __dlp::Options {
                    strategy: __dlp::Strategy::RoundRobin,
                    chunk: __dlp::Chunk::Fixed(4),
                    ..__dlp::Options::DEFAULT
                },
            };
            &__DLP_LOOP
        };
        if __dlp::serial(at) {
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
                use __dlp::traits::*;
                match ::core::iter::IntoIterator::into_iter(0..n) {
                    source => {
                        let kind = __dlp::Source::new(&source);
                        let again = __dlp::ByNothing::dlp_again(&__dlp::Probe(&source));
                        let items = __dlp::Items::of(&source);
                        let witness_0_0 = &__dlp::Witness::of(&all);
                        let field_0_0 = &__dlp::Field::new();
                        let witness_1_0 = &__dlp::Witness::of(&total);
                        let field_1_0 = &__dlp::Field::new();
                        let fold_1 = &__dlp::Fold::of(&total, 1u32, __dlp::by::Sum);
                        let left = __dlp::run(
                            at,
                            __dlp::Kind::<false, false>,
                            source,
                            again,
                            false,
                            |x, log| {
                                'iteration: {
                                    {
                                        if x % 7 == 0 {
                                            break 'iteration __dlp::Flow::Next;
                                        }
                                        let y = work(x);
                                        {
                                            match (y,) {
                                                values => {
                                                    if false {
                                                        let value_0 = __dlp::like(&values.0);
                                                        let mut place_0 = witness_0_0.conjure();
                                                        place_0.push(value_0);
                                                    }
                                                    let effect = &mut log.open(0u32);
                                                    field_0_0.is(&values.0);
                                                    (&&&&&&&*field_0_0).dlp_prove(&values.0);
                                                    (&&&&&&*field_0_0).dlp_put(&values.0, effect);
                                                    effect.end();
                                                }
                                            }
                                        };
                                        {
                                            match (y.sqrt(),) {
                                                values => {
                                                    if false {
                                                        let value_0 = __dlp::like(&values.0);
                                                        let mut place_0 = witness_1_0.conjure();
                                                        place_0 += value_0;
                                                    }
                                                    fold_1.is(&(values.0));
                                                    if (&&&*fold_1).dlp_on() {
                                                        (&&&*fold_1).dlp_add(&(values.0));
                                                    } else {
                                                        let effect = &mut log.open(1u32);
                                                        field_1_0.is(&values.0);
                                                        (&&&&&&&*field_1_0).dlp_prove(&values.0);
                                                        (&&&&&&*field_1_0).dlp_put(&values.0, effect);
                                                        effect.end();
                                                    }
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
                                                    let y = __dlp::NotCarried;
                                                    let x = __dlp::NotCarried;
                                                    let value_0 = (&&&&&&*field_0_0).dlp_get(op.reader());
                                                    if witness_0_0.replays() {
                                                        all.push(value_0);
                                                    }
                                                }
                                                if witness_0_0.replays() {
                                                    (&&__dlp::Row::of(&mut all, field_0_0))
                                                        .dlp_push_many(0u32, op);
                                                }
                                                if !op.again(0u32) {
                                                    break;
                                                }
                                            }
                                        }
                                        1u32 => {
                                            loop {
                                                {
                                                    if (&&&*fold_1).dlp_on() {
                                                        for step in (&&&*fold_1).dlp_steps(op.reader()) {
                                                            let value_0 = (&&&*fold_1).dlp_step(&step);
                                                            total += value_0;
                                                        }
                                                    } else {
                                                        {
                                                            let y = __dlp::NotCarried;
                                                            let x = __dlp::NotCarried;
                                                            let value_0 = (&&&&&&*field_1_0).dlp_get(op.reader());
                                                            if witness_1_0.replays() {
                                                                total += value_0;
                                                            }
                                                        }
                                                    }
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
                                    __dlp::AllFolds::new(
                                        [(&&&*fold_1).dlp_folding()],
                                        witness_0_0.is_outside() || false,
                                    ),
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
