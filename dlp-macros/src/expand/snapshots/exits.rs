fn parsed(lines: &[&str], limit: u64) -> Result<Vec<u64>, Error> {
    use ::dlp::__private as __dlp;
    let mut all = Vec::new();
    #[allow(..)]
    if false {
        return Ok(all);
    }
    {
        let at: &'static __dlp::Loop = {
            static __DLP_LOOP: __dlp::Loop = __dlp::Loop {
                function: ::core::concat!(::core::module_path!(), "::", "parsed"),
                file: ::core::file!(),
                line: 1u32,
                hash: 11093210236554253905u64,
                sites: &[
                    __dlp::Site {
                        line: 1u32,
                        target: "all",
                    },
                ],
                captured: &["limit"],
                exits: __dlp::Exits::Final,
                ways_out: &[0u32, 1u32],
                options: __dlp::Options::DEFAULT,
            };
            &__DLP_LOOP
        };
        if __dlp::serial(at) {
            for line in lines {
                let value: u64 = line.parse()?;
                if value > limit {
                    return Ok(all);
                }
                all.push(value);
            }
        } else {
            #[allow(..)]
            {
                use __dlp::traits::*;
                let root_2 = &__dlp::Witness::of(&all);
                match ::core::iter::IntoIterator::into_iter(lines) {
                    source => {
                        let kind = __dlp::Source::new(&source);
                        let again = (&&__dlp::Probe(&source)).dlp_again();
                        let items = __dlp::Items::of(&source);
                        let witness_0_0 = &__dlp::Witness::of(&all);
                        let field_0_0 = &__dlp::Field::new();
                        let slot_0_0 = &__dlp::Slot::new();
                        let returned = &__dlp::Returned::new();
                        if false {
                            return returned.conjure();
                        }
                        let left = __dlp::run(
                            at,
                            __dlp::Kind::<true, false>,
                            source,
                            again,
                            false,
                            |line, log| {
                                'iteration: {
                                    {
                                        let value: u64 = match __dlp::Branch::branch(line.parse()) {
                                            ::core::result::Result::Ok(value) => value,
                                            ::core::result::Result::Err(exit) => {
                                                slot_0_0.is(&exit);
                                                slot_0_0.keep(log.index(), exit);
                                                break 'iteration __dlp::Flow::Leave(0u32);
                                            }
                                        };
                                        if value > limit {
                                            {
                                                {
                                                    match () {
                                                        () => {
                                                            if false {
                                                                let mut all = root_2.conjure();
                                                                returned.is(Ok(all));
                                                            }
                                                        }
                                                    }
                                                }
                                                break 'iteration __dlp::Flow::Leave(1u32);
                                            };
                                        }
                                        {
                                            match (value,) {
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
                                                    let value = __dlp::NotCarried;
                                                    let line = __dlp::NotCarried;
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
                                        _ => ::core::unreachable!(),
                                    }
                                    __dlp::Flow::Next
                                }
                            },
                            |exit: u32, log: &__dlp::Record| match exit {
                                0u32 => {
                                    slot_0_0
                                        .told(
                                            log.index(),
                                            |value| (&&&*slot_0_0).dlp_send(value, log),
                                        );
                                    if !(&&&*slot_0_0).dlp_travels() {
                                        slot_0_0
                                            .told(
                                                log.index(),
                                                |value| (&&&&*slot_0_0).dlp_say(value, log),
                                            );
                                    }
                                }
                                _ => {}
                            },
                            |exit: u32, index: u64| match exit {
                                0u32 => {
                                    !slot_0_0.has(index) && !(&&&*slot_0_0).dlp_travels()
                                }
                                _ => false,
                            },
                            __dlp::never,
                            || {
                                (
                                    __dlp::Look::new(
                                        (&&&items).dlp_digest(),
                                        (&&items).dlp_twice(),
                                    ),
                                    [(&&__dlp::Capture(&limit)).dlp_digest()],
                                    __dlp::AllFolds::none(),
                                )
                            },
                        );
                        (&&&&kind).dlp_check();
                        if let ::core::option::Option::Some(mut left) = left {
                            match left.exit() {
                                0u32 => {
                                    let line = __dlp::NotCarried;
                                    let value_0 = match slot_0_0.take(left.index()) {
                                        ::core::option::Option::Some(value) => value,
                                        ::core::option::Option::None => {
                                            match left.receive(|from| (&&&*slot_0_0).dlp_receive(from))
                                            {
                                                ::core::option::Option::Some(value) => value,
                                                ::core::option::Option::None => {
                                                    let error = left.remote();
                                                    match (&&*returned).dlp_stand_in(error) {
                                                        ::core::result::Result::Ok(value) => return value,
                                                        ::core::result::Result::Err(error) => left.lost(&error),
                                                    }
                                                }
                                            }
                                        }
                                    };
                                    {
                                        value_0.residual()?;
                                        ::core::unreachable!()
                                    }
                                }
                                1u32 => {
                                    let value = __dlp::NotCarried;
                                    let line = __dlp::NotCarried;
                                    return Ok(all);
                                }
                                _ => ::core::unreachable!(),
                            }
                        }
                    }
                }
            }
            {
                use __dlp::traits::*;
                (&&__dlp::Captured(&limit)).dlp_look();
            }
        }
    }
    Ok(all)
}
