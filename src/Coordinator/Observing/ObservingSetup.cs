using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Ait.Coordinator.Observing;

/// <summary>Numbers for whoever scrapes, traces for whoever collects.</summary>
internal static class ObservingSetup
{
    /// <summary>Serves <c>/metrics</c>; with a collector's address, sends it traces too. Nothing leaves the machine without one.</summary>
    internal static void AddObserving(this IServiceCollection services, Uri? collector)
    {
        services.AddSingleton<NetworkGauges>();
        OpenTelemetry.OpenTelemetryBuilder telemetry = services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService("ait-coordinator"))
            .WithMetrics(metrics => metrics
                .AddMeter(Telemetry.Name, Telemetry.Name + ".Network")
                .AddAspNetCoreInstrumentation()
                .AddRuntimeInstrumentation()
                .AddPrometheusExporter());
        if (collector is not null)
        {
            telemetry.WithTracing(tracing => tracing
                .AddSource(Telemetry.Name)
                .AddAspNetCoreInstrumentation(instrumentation => instrumentation.Filter = context => context.Request.Path != "/metrics")
                .AddHttpClientInstrumentation()
                .AddOtlpExporter(exporter => exporter.Endpoint = collector));
        }
    }

    internal static void MapMetrics(this WebApplication application)
    {
        _ = application.Services.GetRequiredService<NetworkGauges>(); // They are there before the first scrape.
        application.MapPrometheusScrapingEndpoint("/metrics");
        Telemetry.Begin(); // Somebody counts from here on.
    }
}
