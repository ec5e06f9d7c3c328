using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;

namespace WorkerTracing;

/// <summary>Records an exception on a span, once, also if the exception's own members throw.</summary>
/// <remarks>Follows OpenTelemetry's semantic conventions for exceptions on spans.</remarks>
internal static class SpanException
{
    private const string EventName = "exception";
    private const string TypeTag = "exception.type";
    private const string MessageTag = "exception.message";
    private const string StackTraceTag = "exception.stacktrace";

    /// <summary>Adds the event <c>exception</c>, unless the application has recorded the exception before it threw it.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "The boundary to the exception's own members and to listeners that record it.")]
    public static void Record(Activity span, Exception exception)
    {
        if (IsRecorded(span, exception))
            return;
        try
        {
            span.AddException(exception);
        }
        catch (Exception)
        {
            span.AddEvent(new ActivityEvent(EventName, tags: new ActivityTagsCollection
            {
                { TypeTag, exception.GetType().ToString() },
                { MessageTag, MessageOf(exception) },
                { StackTraceTag, Read(exception, static exception => exception.StackTrace) },
            }));
        }
    }

    /// <summary>Gets the message; null if reading it throws.</summary>
    public static string? MessageOf(Exception exception) => Read(exception, static exception => exception.Message);

    [SuppressMessage("Design", "CA1031", Justification = "The boundary to a property of the application's exception.")]
    private static string? Read(Exception exception, Func<Exception, string?> property)
    {
        try
        {
            return property(exception);
        }
        catch (Exception)
        {
            return null;
        }
    }

    /// <summary>Returns true if an event of the span has the type and the message of the exception: it keeps no more.</summary>
    private static bool IsRecorded(Activity span, Exception exception)
    {
        foreach (ref readonly ActivityEvent recorded in span.EnumerateEvents())
        {
            if (recorded.Name == EventName && Matches(recorded, exception))
                return true;
        }

        return false;
    }

    private static bool Matches(in ActivityEvent recorded, Exception exception)
    {
        string? type = null;
        string? message = null;
        foreach ((string key, object? value) in recorded.Tags)
        {
            if (key == TypeTag)
                type = value as string;
            else if (key == MessageTag)
                message = value as string;
        }

        Type own = exception.GetType();
        return (type == own.FullName || type == own.ToString()) && message == MessageOf(exception);
    }
}
