using System.Globalization;
using MassTransit;

namespace WorkerTracing;

/// <summary>When a message was sent, when it was due, and whether a schedule sent it.</summary>
/// <param name="SentAt">Null where the message does not say, or where its delay is not known and would count as a wait.</param>
/// <param name="DueAt">Null where the message was due when it was sent, or the due time is not known.</param>
/// <param name="Trigger">Message, Scheduled or Recurring.</param>
internal readonly record struct MessageSchedule(DateTimeOffset? SentAt, DateTimeOffset? DueAt, JobTrigger Trigger)
{
    /// <summary>When a delayed message is due, in round-trip format. MassTransit's own header for it depends on the transport.</summary>
    public const string DueHeader = "MT-WorkerTracing-Due";

    public static MessageSchedule Of(ConsumeContext context)
    {
        DateTimeOffset? due = Time(context, DueHeader) ?? Time(context, MessageHeaders.Quartz.Scheduled);
        bool recurring = MessageHeader.Text(context, MessageHeaders.Quartz.ScheduleId) is not null;
        bool scheduled = due is not null || MessageHeader.Text(context, MessageHeaders.SchedulingTokenId) is not null;
        bool delayed = due is null && (scheduled || recurring || MessageHeader.Number(context, MessageHeaders.RedeliveryCount) > 0);
        return new MessageSchedule(
            delayed ? null : SentTimeOf(context),
            due,
            recurring ? JobTrigger.Recurring : scheduled ? JobTrigger.Scheduled : JobTrigger.Message);
    }

    private static DateTimeOffset? SentTimeOf(ConsumeContext context) =>
        context.SentTime is { } sent
            ? new DateTimeOffset(DateTime.SpecifyKind(sent.Kind == DateTimeKind.Local ? sent.ToUniversalTime() : sent, DateTimeKind.Utc))
            : null;

    private static DateTimeOffset? Time(ConsumeContext context, string header) =>
        DateTimeOffset.TryParse(
            MessageHeader.Text(context, header),
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal,
            out DateTimeOffset time) ? time : null;
}
