namespace WorkerTracing.Faults;

/// <summary>Every fault that a run is made with.</summary>
internal static class FaultList
{
    private static readonly TimeSpan WithinFlush = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan PastFlush = TimeSpan.FromMilliseconds(700);

    public static Fault Healthy { get; } = new("answers at once", Behaviours.Answer(200)) { Arrives = Arrival.All };

    public static Fault Unhurried { get; } = new("answers after 100 ms", Behaviours.AnswerAfter(WithinFlush)) { Arrives = Arrival.All };

    public static Fault Slow { get; } = new("answers after 700 ms, past the flush's timeout", Behaviours.AnswerAfter(PastFlush))
    {
        Arrives = Arrival.Some,
        LosesAnswers = true,
        IsSlow = true
    };

    public static Fault Dead { get; } = new("refuses connections", Behaviours.Answer(200)) { AtStart = static _ => Task.CompletedTask };

    public static Fault Hung { get; } = new("reads, never answers", Behaviours.NeverAnswer) { LosesAnswers = true };

    public static Fault Flapping { get; } = new(
        "flaps: every other connection is dropped, the others after two requests",
        Behaviours.Flap)
    { Arrives = Arrival.Some, LosesAnswers = true };

    public static IReadOnlyList<Fault> All { get; } =
    [
        Healthy,
        Unhurried,
        Slow,
        Dead,
        new("listens, never accepts", Behaviours.Answer(200)) { Accepts = false },
        new("accepts, never reads", Behaviours.NeverRead) { IsBelowHttp = true },
        Hung,
        new("drops the connection after reading", Behaviours.DropAfterReading) { LosesAnswers = true },
        new("resets the request after reading", Behaviours.ResetAfterReading) { LosesAnswers = true },
        new("answers 400", Behaviours.Answer(400)) { IsRefusal = true },
        new("answers 401", Behaviours.Answer(401)),
        new("answers 404", Behaviours.Answer(404)) { IsRefusal = true },
        new("answers 413", Behaviours.Answer(413)) { IsRefusal = true },
        new("answers 429, Retry-After an hour", Behaviours.Answer(429, "Retry-After: 3600\r\n")),
        new("answers 500", Behaviours.Answer(500)) { IsRefusalOverOtlp = true },
        new("answers 503", Behaviours.Answer(503)),
        new("redirects with 302", Behaviours.Redirect(302)) { IsRefusalOverOtlp = true },
        new("redirects with 307", Behaviours.Redirect(307)) { IsRefusalOverOtlp = true },
        new("sends half of a head, then drops", Behaviours.HalfHead) { LosesAnswers = true },
        new("sends half of a body, then drops", Behaviours.HalfBody) { Arrives = Arrival.All, HasNoTrailers = true },
        new("sends half of a body, then nothing", Behaviours.UnfinishedBody) { Arrives = Arrival.All, HasNoTrailers = true },
        new("announces a gigabyte, and sends it", Behaviours.AnnouncedGigabyte)
        {
            Arrives = Arrival.Some,
            LosesAnswers = true,
            HasNoTrailers = true,
        },
        new("sends a gigabyte in chunks", Behaviours.ChunkedGigabyte) { Arrives = Arrival.All, HasNoTrailers = true },
        new("trickles the head", Behaviours.TrickleHead) { LosesAnswers = true },
        new("trickles the body", Behaviours.TrickleBody) { Arrives = Arrival.All, HasNoTrailers = true },
        new("answers no HTTP", Behaviours.NoHttp) { LosesAnswers = true },
        new("answers in the other version of HTTP", Behaviours.OtherProtocol) { IsBelowHttp = true },
        new("speaks no TLS where it should", Behaviours.NoTls) { IsTls = true, IsBelowHttp = true },
        new("shows an untrusted certificate", Behaviours.UnknownCertificate) { IsTls = true, IsBelowHttp = true },
        new("comes up late", Behaviours.Answer(200)) { Arrives = Arrival.Some, AtStart = static _ => Task.CompletedTask, AtHalf = Raise },
        new("goes down in the middle", Behaviours.Answer(200))
        {
            Arrives = Arrival.Some,
            AtHalf = static receiver => receiver.DownAsync(),
            DropsConnectionsAtHalf = true,
        },
        Flapping,
    ];

    private static Task Raise(FaultReceiver receiver)
    {
        receiver.Up();
        return Task.CompletedTask;
    }
}
