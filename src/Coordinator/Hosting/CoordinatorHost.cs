using System.Reflection;
using Ait.Chain.Rpc;
using Ait.Chain.Signing;
using Ait.Chain.Transactions;
using Ait.Coordinator.Configuration;
using Ait.Coordinator.Fetching;
using Ait.Coordinator.Ledger;
using Ait.Coordinator.OnChain;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Ait.Coordinator.Hosting;

/// <summary>The process: reads its settings, checks its surroundings, serves until it is told to stop. 0 done, 2 cannot start.</summary>
internal static class CoordinatorHost
{
    internal static async Task<int> RunAsync(
        IReadOnlyList<string> arguments, Func<string, string?> environment, TextWriter output, TextWriter error, CancellationToken cancellation)
    {
        if (arguments.Count > 0 && arguments[0] == CollateralCommand.Name)
        {
            return await CollateralCommand.RunAsync([.. arguments.Skip(1)], output, error, TimeProvider.System);
        }

        if (arguments.Count > 0 && arguments[0] == LedgerCommand.Name)
        {
            return await LedgerCommand.RunAsync([.. arguments.Skip(1)], output, error, TimeProvider.System);
        }

        if (arguments.Any(argument => argument is "--help" or "-h" or "-?"))
        {
            await output.WriteAsync(Help());
            return 0;
        }

        if (arguments.Contains("--version"))
        {
            await output.WriteLineAsync($"Ait.Coordinator {Version()}");
            return 0;
        }

        try
        {
            await ServeAsync(OptionsReader.Read(arguments, environment), output, cancellation);
            return 0;
        }
        catch (Exception fault) when (fault is StartupException or LedgerException)
        {
            await error.WriteLineAsync(fault.Message);
            return 2;
        }
    }

    private static async Task ServeAsync(CoordinatorOptions options, TextWriter output, CancellationToken cancellation)
    {
        Deployment deployment = Deployment.Load(options.DeploymentFile);
        ModelTable models = ModelTable.Load(options.ModelsFile);
        using Secp256k1PrivateKey key = ConfigurationFile.LoadKey(options.KeyFile);
        StartupChecks.CheckPort(options.Listen);
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(60) };
        var client = new EthereumClient(new JsonRpcClient(http, options.Rpc));
        await StartupChecks.CheckChainAsync(client, deployment, key.Address, options, cancellation);
        using LedgerDatabase ledger = LedgerDatabase.Open(options.Store, TimeProvider.System);
        ledger.BindTo(deployment.ChainId, deployment.MiningRegistry);
        using var sender = new TransactionSender(
            client,
            key,
            new TransactionSenderOptions
            {
                PollInterval = options.PollInterval,
                RebroadcastAfter = TimeSpan.FromSeconds(2), // A restart takes up what an earlier life signed and may not have sent.
                Confirmations = (ulong)options.Confirmations + 1,
            },
            new LedgerTransactionJournal(ledger));
        ledger.Leadership.Taking = sender.Reload; // Another replica may have sent since.
        var chain = new EthereumMiningChain(client, sender, deployment, (ulong)options.Confirmations);
        WebApplication application = CoordinatorApplication.Build(new CoordinatorParts(options, deployment, models, key, ledger, chain, TimeProvider.System));
        await using (application)
        {
            try
            {
                await application.StartAsync(cancellation);
            }
            catch (IOException fault)
            {
                throw new StartupException(StartupChecks.Describe(options.Listen, fault), fault);
            }

            string address = application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault()
                ?? options.Listen.ToString();
            await output.WriteLineAsync($"coordinator ready {address}");
            await output.FlushAsync(cancellation);
            await application.WaitForShutdownAsync(cancellation);
        }
    }

    private static string Version() =>
        typeof(CoordinatorHost).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    private static string Help()
    {
        using var text = new StringWriter();
        text.WriteLine("Ait.Coordinator: queues AI workloads, seats them on registered devices, collects results and settles them on chain.");
        text.WriteLine();
        text.WriteLine("usage: Ait.Coordinator --rpc URL --deployment FILE --key FILE --store FILE|URL --models FILE [options]");
        text.WriteLine("       Ait.Coordinator collateral list|export|import --help");
        text.WriteLine("       Ait.Coordinator ledger version|backup|restore|migrate --help");
        text.WriteLine();
        foreach (Setting setting in Setting.All)
        {
            string name = $"--{setting.Name} {setting.Value}";
            text.WriteLine($"  {name,-28} {setting.Help}{(setting.Default is null ? " (required)" : $" (default {setting.Default})")}");
        }

        text.WriteLine($"  {"--config FILE",-28} JSON object of these settings by name, without the dashes");
        text.WriteLine($"  {"--help",-28} this text");
        text.WriteLine($"  {"--version",-28} the version");
        text.WriteLine();
        text.WriteLine($"Each setting can also be given in the environment, as {Setting.EnvironmentPrefix}RPC. Flags win over the environment, it over the file.");
        text.WriteLine("Exit codes: 0 stopped as asked, 2 cannot start (the reason is on standard error).");
        return text.ToString();
    }
}
