using NUnit.Framework;

namespace WorkerTracing.Tests;

public sealed class SmokeTests
{
    [Test]
    public void Hangfire_IsThere() => Assert.That(typeof(global::Hangfire.JobStorage).Assembly.GetName().Name, Is.EqualTo("Hangfire.Core"));
}
