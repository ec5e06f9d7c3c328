using MassTransit;
using Quartz;

namespace AllInOne;

/// <summary>Quartz: chooses the orders of an export, and says so on the bus.</summary>
internal sealed class CollectOrdersJob(OrderBook orders, ExportLog exports, IBus bus) : IJob
{
    public static readonly JobKey Key = new("collect orders");

    private const string ExportId = "export";

    public static JobDataMap DataFor(Guid export) => new() { [ExportId] = export.ToString() };

    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken)
    {
        var id = Guid.Parse(context.MergedJobDataMap.GetString(ExportId)!);
        if (exports.Find(id) is not { IsOpen: true } export)
            return;

        try
        {
            int chosen = orders.Choose(export);
            exports.Collected(id, chosen);
            await bus.Publish(new OrdersCollected(id), cancellationToken);
        }
        catch (Exception exception)
        {
            exports.Fail(id, exception);
            throw;
        }
    }
}
