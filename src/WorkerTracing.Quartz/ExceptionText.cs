using System.Diagnostics;

namespace WorkerTracing;

/// <summary>
/// Writes the text of an exception into the event of Quartz's span. The runtime would format the exception without a boundary, and on a
/// span that exists only because this library listens it would do so for nothing.
/// </summary>
internal static class ExceptionText
{
    private const string Message = "exception.message";
    private const string StackTrace = "exception.stacktrace";

    /// <summary>Adds message and stack trace, unless another listener has added them.</summary>
    /// <param name="boundary">Reports an exception whose own text throws.</param>
    /// <param name="span">Quartz's span.</param>
    /// <param name="exception">The exception.</param>
    /// <param name="tags">The tags of the event.</param>
    public static void Describe(FailureBoundary boundary, Activity span, Exception exception, ref TagList tags)
    {
        bool isRead = span.IsAllDataRequested;
        if (!Has(tags, Message))
            tags.Add(Message, isRead ? boundary.Run(exception, static exception => exception.Message, "") : "");
        if (!Has(tags, StackTrace))
            tags.Add(StackTrace, isRead ? boundary.Run(exception, static exception => exception.ToString(), TypeOf(exception)) : "");
    }

    private static bool Has(in TagList tags, string name)
    {
        foreach ((string key, _) in tags)
        {
            if (key == name)
                return true;
        }

        return false;
    }

    private static string TypeOf(Exception exception) => exception.GetType().ToString();
}
