fn parsed(lines: &[&str], limit: u64) -> Result<Vec<u64>, Error> {
    let mut all = Vec::new();
    #[allow(..)]
    if false {
        return Ok(all);
    }
    {
        let at: &'static ::dlp::__private::Loop = {
            static __DLP_LOOP: ::dlp::__private::Loop = ::dlp::__private::Loop {
                function: ::core::concat!(::core::module_path!(), "::", "parsed"),
                file: ::core::file!(),
                line: 1u32,
                hash: 11093210236554253905u64,
                sites: &[
                    ::dlp::__private::Site {
                        line: 1u32,
                        target: "all",
                    },
                ],
                captured: &["limit"],
                exits: ::dlp::__private::Exits::Final,
                ways_out: &[0u32, 1u32],
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
                let value: u64 = line.parse()?;
                if value > limit {
                    return Ok(all);
                }
                all.push(value);
            }
        } else {
            #[allow(..)]
            {
                use ::dlp::__private::traits::*;
                let root_2 = &::dlp::__private::Witness::of(&all);
                match ::core::iter::IntoIterator::into_iter(lines) {
                    source => {
                        let kind = ::dlp::__private::Source::new(&source);
                        let again = (&&::dlp::__private::Probe(&source)).dlp_again();
                        let items = ::dlp::__private::Items::of(&source);
                        let witness_0_0 = &::dlp::__private::Witness::of(&all);
                        let field_0_0 = &::dlp::__private::Field::new();
                        let slot_0_0 = &::dlp::__private::Slot::new();
                        let returned = &::dlp::__private::Returned::new();
                        if false {
                            return returned.conjure();
                        }
                        let left = ::dlp::__private::run(
                            at,
                            ::dlp::__private::AnyHow,
                            source,
                            again,
                            false,
                            |line, log| {
                                'iteration: {
                                    {
                                        let value: u64 = match ::dlp::__private::Branch::branch(
                                            line.parse(),
                                        ) {
                                            ::core::result::Result::Ok(value) => value,
                                            ::core::result::Result::Err(exit) => {
                                                slot_0_0.is(&exit);
                                                slot_0_0.keep(log.index(), exit);
                                                break 'iteration ::dlp::__private::Flow::Leave(0u32);
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
                                                break 'iteration ::dlp::__private::Flow::Leave(1u32);
                                            };
                                        }
                                        {
                                            match (value,) {
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
                                    }
                                    ::dlp::__private::Flow::Next
                                }
                            },
                            |site, op| {
                                'replay: {
                                    match site {
                                        0u32 => {
                                            let value = ::dlp::__private::NotCarried;
                                            let line = ::dlp::__private::NotCarried;
                                            let value_0 = (&&&&&&*field_0_0).dlp_get(op.reader());
                                            if witness_0_0.replays() {
                                                all.push(value_0);
                                            }
                                        }
                                        _ => ::core::unreachable!(),
                                    }
                                    ::dlp::__private::Flow::Next
                                }
                            },
                            |exit: u32, log: &::dlp::__private::Record| match exit {
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
                            ::dlp::__private::never,
                            || {
                                (
                                    ::dlp::__private::Look::new(
                                        (&&&items).dlp_digest(),
                                        (&&items).dlp_twice(),
                                    ),
                                    [(&&::dlp::__private::Capture(&limit)).dlp_digest()],
                                )
                            },
                        );
                        (&&&&kind).dlp_check();
                        if let ::core::option::Option::Some(mut left) = left {
                            match left.exit() {
                                0u32 => {
                                    let line = ::dlp::__private::NotCarried;
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
                                    let value = ::dlp::__private::NotCarried;
                                    let line = ::dlp::__private::NotCarried;
                                    return Ok(all);
                                }
                                _ => ::core::unreachable!(),
                            }
                        }
                    }
                }
            }
            {
                use ::dlp::__private::traits::*;
                (&&::dlp::__private::Captured(&limit)).dlp_look();
            }
        }
    }
    Ok(all)
}
