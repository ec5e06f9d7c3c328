using System.Diagnostics;

namespace WorkerTracing.MassTransit.Tests;

public sealed class ConsumeAttemptTests
{
    [Test]
    public void Parse_WhatToStringWrote_IsTheSameAttempt()
    {
        var attempt = new ConsumeAttempt(
            3,
            new ActivityContext(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), ActivityTraceFlags.Recorded));

        var parsed = ConsumeAttempt.Parse(attempt.ToString());

        Assert.That(parsed.Number, Is.EqualTo(3));
        Assert.That(parsed.Context.SpanId, Is.EqualTo(attempt.Context.SpanId));
        Assert.That(parsed.Context.TraceFlags, Is.EqualTo(ActivityTraceFlags.Recorded));
        Assert.That(parsed.Context.IsRemote);
    }

    [Test]
    public void Parse_AttemptThatWasNotRecorded_KeepsItsNumber() =>
        Assert.That(ConsumeAttempt.Parse(new ConsumeAttempt(2, default).ToString()), Is.EqualTo(new ConsumeAttempt(2, default)));

    [TestCase(null)]
    [TestCase("")]
    [TestCase(";")]
    [TestCase("3")]
    [TestCase("0;")]
    [TestCase("-1;")]
    [TestCase("+1;")]
    [TestCase(" 1;")]
    [TestCase("1000001;")]
    [TestCase("99999999999999999999;")]
    [TestCase("x;00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")]
    public void Parse_AnythingElse_IsNoAttempt(string? header)
        => Assert.That(ConsumeAttempt.Parse(header), Is.EqualTo(default(ConsumeAttempt)));

    [Test]
    public void Parse_Oversized_IsNoAttempt()
        => Assert.That(ConsumeAttempt.Parse("1;" + new string('0', 1 << 20)), Is.EqualTo(default(ConsumeAttempt)));

    [Test]
    public void Parse_MalformedContext_KeepsTheNumber()
        => Assert.That(ConsumeAttempt.Parse("2;zz-1"), Is.EqualTo(new ConsumeAttempt(2, default)));
}
