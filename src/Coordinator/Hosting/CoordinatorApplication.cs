using System.Net;
using Ait.Coordinator.Accusing;
using Ait.Coordinator.Admitting;
using Ait.Coordinator.Agreeing;
using Ait.Coordinator.Attending;
using Ait.Coordinator.Buying;
using Ait.Coordinator.Collecting;
using Ait.Coordinator.Completing;
using Ait.Coordinator.Configuration;
using Ait.Coordinator.Covering;
using Ait.Coordinator.Disclosing;
using Ait.Coordinator.Dispatching;
using Ait.Coordinator.Enrolling;
using Ait.Coordinator.Escalating;
using Ait.Coordinator.Fetching;
using Ait.Coordinator.Keeping;
using Ait.Coordinator.Ledger;
using Ait.Coordinator.Loops;
using Ait.Coordinator.Observing;
using Ait.Coordinator.OnChain;
using Ait.Coordinator.Proving;
using Ait.Coordinator.Redeeming;
using Ait.Coordinator.Relaying;
using Ait.Coordinator.Releasing;
using Ait.Coordinator.Settling;
using Ait.Coordinator.Showing;
using Ait.Coordinator.SigningIn;
using Ait.Coordinator.Tuning;
using Ait.Protocol.Http;

namespace Ait.Coordinator.Hosting;

/// <summary>Puts the stages together: one web application whose endpoints and loops share the ledger.</summary>
internal static class CoordinatorApplication
{
    private const int LeastThreads = 32;

    internal static WebApplication Build(CoordinatorParts parts)
    {
        // The settings are read already: nobody watches the working directory, and all below it, for files that hold others.
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = ["--hostBuilder:reloadConfigOnChange=false"] });
        builder.Configuration.Sources.Clear();
        builder.Logging.ClearProviders().SetMinimumLevel(LogLevel.Information).AddFilter("Microsoft", LogLevel.Warning).AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
            console.UseUtcTimestamp = true;
        });
        builder.Logging.Services.Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(console =>
            console.LogToStandardErrorThreshold = LogLevel.Trace); // Standard output belongs to the ready line.
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;

            // What is a little too large is still read to its end, so that the refusal reaches its sender; what is larger is cut off.
            kestrel.Limits.MaxRequestBodySize = 2 * RequestAdmission.MaxBody;
            kestrel.Limits.MaxRequestLineSize = 4 * 1024;
            kestrel.Limits.MaxRequestHeadersTotalSize = 16 * 1024;
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
            kestrel.Limits.MaxConcurrentConnections = 20_000; // A miner that waits for a seat holds one.
            if (IPAddress.TryParse(parts.Options.Listen.Host.Trim('[', ']'), out IPAddress? address))
            {
                kestrel.Listen(address, parts.Options.Listen.Port);
            }
            else
            {
                kestrel.ListenLocalhost(parts.Options.Listen.Port);
            }
        });

        // A request holds its thread while the ledger works; those of every connection must not wait for the pool to grow.
        ThreadPool.GetMinThreads(out int workers, out int completions);
        ThreadPool.SetMinThreads(Math.Max(workers, LeastThreads), completions);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(10));
        AddStages(builder.Services, parts);
        builder.Services.AddConsole();
        builder.Services.AddObserving(parts.Options.TraceCollector);

        WebApplication application = builder.Build();
        application.Use(GuardAsync);
        application.UseConsole(parts.Options.ConsoleFolder);
        application.UseRouting(); // After the files: a chosen endpoint, the fallback too, would keep them from being served.
        application.MapMetrics();
        application.MapNetwork();
        application.MapShowing();
        application.Services.GetRequiredService<EconomyEndpoints>().Map(application);
        application.MapEnrolment();
        application.Services.GetRequiredService<EvidenceEndpoints>().Map(application);
        application.MapTasks();
        application.MapBundles();
        application.Services.GetRequiredService<DispatchEndpoints>().Map(application);
        application.Services.GetRequiredService<CollectionEndpoints>().Map(application);
        application.Services.GetRequiredService<AccusationEndpoints>().Map(application);
        application.Services.GetRequiredService<RedemptionEndpoints>().Map(application);
        application.Services.GetRequiredService<ReleaseEndpoints>().Map(application);
        application.Services.GetRequiredService<SignInEndpoints>().Map(application);
        application.Services.GetRequiredService<CheckpointEndpoints>().Map(application);
        application.Services.GetRequiredService<RelayEndpoints>().Map(application);
        application.Services.GetRequiredService<KeyEndpoints>().Map(application);
        application.Services.GetRequiredService<CompletionEndpoints>().Map(application);
        application.Services.GetRequiredService<EmbeddingEndpoints>().Map(application);
        application.Services.GetRequiredService<TuningEndpoints>().Map(application);
        application.MapFallback((HttpContext context) => Answer.NotFound("resource", context.Request.Path));
        return application;
    }

    internal static void AddStages(IServiceCollection services, CoordinatorParts parts) => services
        .AddSingleton(parts.Options)
        .AddSingleton(parts.Deployment)
        .AddSingleton(parts.Deployment.Domain)
        .AddSingleton(parts.Models)
        .AddSingleton(_ => parts.Key)
        .AddSingleton(_ => parts.Ledger)
        .AddSingleton(_ => parts.Ledger.Leadership)
        .AddSingleton(_ => parts.Chain)
        .AddSingleton(parts.Clock)
        .AddSingleton<Signals>()
        .AddSingleton<LoopHealth>()
        .AddSingleton<WorkloadReader>()
        .AddSingleton<NonceBook>()
        .AddSingleton<RequestAdmission>()
        .AddSingleton(_ => new CollateralStore(parts.Options.CollateralFolder))
        .AddSingleton(_ => new CollateralVerifier(parts.Deployment.TrustRoots()))
        .AddSingleton(_ => new VendorSource(parts.Options.Vendors, parts.Clock))
        .AddSingleton(provider => new CollateralClient(
            provider.GetRequiredService<CollateralStore>(), provider.GetRequiredService<CollateralVerifier>(), provider.GetRequiredService<VendorSource>(), parts.Clock,
            provider.GetRequiredService<ILogger<CollateralClient>>()))
        .AddSingleton<CollateralWatch>()
        .AddHostedService(provider => provider.GetRequiredService<CollateralWatch>())
        .AddSingleton<EnrolmentStore>()
        .AddSingleton<DeviceGate>()
        .AddSingleton<VerdictStore>()
        .AddSingleton<CollateralGatherer>()
        .AddSingleton<EvidenceJudge>()
        .AddSingleton<EvidenceEndpoints>()
        .AddSingleton<DispatchStore>()
        .AddSingleton<SeatWaiters>()
        .AddSingleton<DispatchEndpoints>()
        .AddSingleton<CollectionStore>()
        .AddSingleton<PayableDurations>()
        .AddSingleton<CollectionEndpoints>()
        .AddSingleton<CheckpointStore>()
        .AddSingleton<CheckpointEndpoints>()
        .AddSingleton<RelayStore>()
        .AddSingleton<RelayEndpoints>()
        .AddSingleton<AgreementStore>()
        .AddSingleton<EscalationStore>()
        .AddSingleton<DisclosureStore>()
        .AddSingleton<CoverStore>()
        .AddSingleton<CoverGate>()
        .AddSingleton<AccusationStore>()
        .AddSingleton<AccusationEndpoints>()
        .AddSingleton<SettlementStore>()
        .AddSingleton<AttendanceStore>()
        .AddSingleton<TaskStore>()
        .AddSingleton<BundleShelf>()
        .AddSingleton<HistoryStore>()
        .AddSingleton<StatusReader>()
        .AddSingleton<LiveFeed>()
        .AddSingleton<HeadWatch>()
        .AddSingleton<GovernanceReader>()
        .AddSingleton<EconomyEndpoints>()
        .AddSingleton<RedemptionStore>()
        .AddSingleton<WorkloadOpening>()
        .AddSingleton<RedemptionEndpoints>()
        .AddSingleton<ReleaseStore>()
        .AddSingleton<ReleaseEndpoints>()
        .AddSingleton<SignInNonce>()
        .AddSingleton<SessionStore>()
        .AddSingleton<SignInEndpoints>()
        .AddSingleton<ApiKeyStore>()
        .AddSingleton<PurchaseStore>()
        .AddSingleton<KeyEndpoints>()
        .AddSingleton<BuyerGate>()
        .AddSingleton<CompletionReader>()
        .AddSingleton<EmbeddingReader>()
        .AddSingleton<AnswerStore>()
        .AddSingleton<AnswerWait>()
        .AddSingleton<CompletionEndpoints>()
        .AddSingleton<EmbeddingEndpoints>()
        .AddSingleton<TuningReader>()
        .AddSingleton<TuningStore>()
        .AddSingleton<TuningEndpoints>()
        .AddSingleton<ChainFollower>()
        .AddSingleton<BatchLoop>()
        .AddSingleton<OpenLoop>()
        .AddSingleton<SeedLoop>()
        .AddSingleton<AgreeLoop>()
        .AddSingleton<EscalateLoop>()
        .AddSingleton<DiscloseLoop>()
        .AddSingleton<AccuseLoop>()
        .AddSingleton<SettleLoop>()
        .AddSingleton<AttendLoop>()
        .AddSingleton<TuneLoop>()
        .AddSingleton<Housekeeping>()
        .AddHostedService(provider => provider.GetRequiredService<ChainFollower>())
        .AddHostedService(provider => provider.GetRequiredService<BatchLoop>())
        .AddHostedService(provider => provider.GetRequiredService<OpenLoop>())
        .AddHostedService(provider => provider.GetRequiredService<SeedLoop>())
        .AddHostedService(provider => provider.GetRequiredService<AgreeLoop>())
        .AddHostedService(provider => provider.GetRequiredService<EscalateLoop>())
        .AddHostedService(provider => provider.GetRequiredService<DiscloseLoop>())
        .AddHostedService(provider => provider.GetRequiredService<AccuseLoop>())
        .AddHostedService(provider => provider.GetRequiredService<SettleLoop>())
        .AddHostedService(provider => provider.GetRequiredService<AttendLoop>())
        .AddHostedService(provider => provider.GetRequiredService<TuneLoop>())
        .AddHostedService(provider => provider.GetRequiredService<Housekeeping>());

    /// <summary>No fault leaves as anything but a problem document.</summary>
    private static async Task GuardAsync(HttpContext context, RequestDelegate next)
    {
        Refusal? refusal = null;
        try
        {
            await next(context);
        }
        catch (BadHttpRequestException fault)
        {
            refusal = fault.StatusCode == StatusCodes.Status413PayloadTooLarge
                ? new Refusal(ProblemCodes.TooLarge, "The request body is too large.", $"at most {RequestAdmission.MaxBody} bytes", "more", "Send fewer or smaller items in one request.")
                : RequestAdmission.Malformed("a well-formed HTTP request", fault.Message);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            return;
        }
        catch (Exception fault) when (fault is ChainUnavailableException or LedgerException)
        {
            HostLog.Unavailable(context.RequestServices.GetRequiredService<ILogger<WebApplication>>(), context.Request.Path, fault.Message);
            refusal = new Refusal(
                ProblemCodes.Unavailable, "The coordinator cannot answer this now.", "the chain and the ledger", fault.Message, "Try again; GET /readyz tells when it works.");
        }
        catch (Exception fault)
        {
            HostLog.Failed(context.RequestServices.GetRequiredService<ILogger<WebApplication>>(), context.Request.Path, fault);
            refusal = new Refusal(
                ProblemCodes.Unavailable, "The coordinator failed on this request.", "an answer", fault.GetType().Name, "Tell the coordinator's operator; the log has the cause.");
        }

        if (refusal is not null && !context.Response.HasStarted)
        {
            await Answer.Problem(refusal).ExecuteAsync(context);
        }
    }
}
