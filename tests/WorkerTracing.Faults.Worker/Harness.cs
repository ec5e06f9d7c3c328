namespace WorkerTracing.Faults.Worker;

/// <summary>
/// The line-wise talk with the process that started this one: words go out on standard output, <c>go</c> comes in on standard input.
/// </summary>
public static class Harness
{
    /// <summary>The last line on standard error of each plan. The host is gone by then, and has written its log.</summary>
    public const string LogEnd = "The log of the plan ends.";

    private static readonly Lock Sync = new();

    public static void Say(string word, string rest)
    {
        lock (Sync)
        {
            Console.Out.WriteLine($"{word} {rest}");
            Console.Out.Flush();
        }
    }

    public static void EndLog() => Console.Error.WriteLine(LogEnd);

    /// <summary>Says the word and blocks until the other side says go on.</summary>
    public static void Pause(string word)
    {
        Say(word, "");
        if (Console.In.ReadLine() != "go")
            throw new InvalidOperationException("The test has not written 'go'.");
    }
}
