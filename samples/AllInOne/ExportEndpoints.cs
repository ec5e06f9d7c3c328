using Quartz;

namespace AllInOne;

/// <summary>POST /exports takes an export in, GET /exports/{id} says how far it is.</summary>
internal static class ExportEndpoints
{
    public static void MapExports(this IEndpointRouteBuilder app)
    {
        app.MapPost("/exports", AcceptAsync);
        app.MapGet(
            "/exports/{id:guid}",
            static (Guid id, ExportLog exports) => exports.Find(id) is { } export ? Results.Ok(export) : Results.NotFound());
    }

    private static async Task<IResult> AcceptAsync(
        ExportRequest request,
        ExportLog exports,
        ISchedulerFactory schedulers,
        CancellationToken cancellationToken)
    {
        if (request.Validate() is { Count: > 0 } errors)
            return Results.ValidationProblem(errors);
        if (exports.TryOpen(request) is not { } export)
            return Results.Problem("Too many exports are open; try again later.", statusCode: StatusCodes.Status503ServiceUnavailable);

        try
        {
            IScheduler scheduler = await schedulers.GetScheduler(cancellationToken);
            await scheduler.TriggerJob(CollectOrdersJob.Key, CollectOrdersJob.DataFor(export.Id), cancellationToken);
        }
        catch (Exception exception)
        {
            exports.Fail(export.Id, exception);
            throw;
        }

        return Results.Accepted($"/exports/{export.Id}", export);
    }
}
