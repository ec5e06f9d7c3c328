namespace WorkerTracing.Quartz.Tests;

public sealed class LazyArgumentsTests
{
    [Test]
    public void Read_UntilTheFirstAccess_DoesNotRun_AndThenRunsOnce()
    {
        int reads = 0;
        var arguments = new LazyArguments<int>(7, source =>
        {
            reads++;
            return [new("source", source), new("twice", 1), new("twice", 2)];
        });
        Assert.That(reads, Is.Zero, "nothing has asked for the arguments yet");

        Assert.Multiple(() =>
        {
            Assert.That(arguments, Is.EquivalentTo(new Dictionary<string, object?> { ["source"] = 7, ["twice"] = 2 }));
            Assert.That(arguments["source"], Is.EqualTo(7));
            Assert.That(arguments.TryGetValue("absent", out _), Is.False);
            Assert.That(arguments.Keys, Is.EquivalentTo(["source", "twice"]));
            Assert.That(reads, Is.EqualTo(1));
        });
    }
}
