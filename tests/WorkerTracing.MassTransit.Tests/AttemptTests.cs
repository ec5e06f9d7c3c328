using System.Diagnostics;

namespace WorkerTracing.MassTransitTests;

public sealed class AttemptTests
{
    [Test]
    public void Parse_WhatToStringWrote_IsTheSameAttempt()
    {
        var attempt = new Attempt(3, new ActivityContext(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), ActivityTraceFlags.Recorded));

        Attempt parsed = Attempt.Parse(attempt.ToString());

        Assert.That(parsed.Number, Is.EqualTo(3));
        Assert.That(parsed.Context.SpanId, Is.EqualTo(attempt.Context.SpanId));
        Assert.That(parsed.Context.TraceFlags, Is.EqualTo(ActivityTraceFlags.Recorded));
        Assert.That(parsed.Context.IsRemote);
    }

    [Test]
    public void Parse_AttemptThatWasNotRecorded_KeepsItsNumber() =>
        Assert.That(Attempt.Parse(new Attempt(2, default).ToString()), Is.EqualTo(new Attempt(2, default)));

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
    public void Parse_AnythingElse_IsNoAttempt(string? header) => Assert.That(Attempt.Parse(header), Is.EqualTo(default(Attempt)));

    [Test]
    public void Parse_Oversized_IsNoAttempt() => Assert.That(Attempt.Parse("1;" + new string('0', 1 << 20)), Is.EqualTo(default(Attempt)));

    [Test]
    public void Parse_MalformedContext_KeepsTheNumber() => Assert.That(Attempt.Parse("2;zz-1"), Is.EqualTo(new Attempt(2, default)));
}
