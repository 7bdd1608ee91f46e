using System.CommandLine;
using System.Text.Json.Nodes;
using Ait.Chain;
using Ait.Chain.Contracts;
using Ait.Chain.Signing;
using Ait.Cli.Asking;
using Ait.Cli.Launching;
using Ait.Cli.Publishing;
using Ait.Cli.Surroundings;
using Ait.Cli.Verifying;

namespace Ait.Cli.Commands;

/// <summary>Puts what Intel publishes about a platform on chain, and says what the contracts make of its quote.</summary>
internal static class PublishCommand
{
    internal static Command Build(Func<ParseResult, Screen> screenFor)
    {
        Option<Uri?> rpc = CommonOptions.Url("--rpc", "The chain's JSON-RPC endpoint.");
        rpc.Required = true;
        var key = new Option<FileInfo>("--key") { Description = "File with the key that pays for gas: 32 bytes of hex, mode 0600.", HelpName = "FILE", Required = true };
        var verifier = new Option<string>("--verifier") { Description = "The DcapVerifier contract.", HelpName = "ADDRESS", Required = true };
        var quote = new Option<FileInfo>("--quote") { Description = "A TDX or SGX quote of the platform, with its certificates.", HelpName = "FILE", Required = true };
        var collateral = new Option<FileInfo>("--collateral")
        {
            Description = "Its collateral: revocation lists, TCB info and QE identity with their issuers, as JSON in the field names of common verifiers.",
            HelpName = "FILE",
            Required = true,
        };
        var command = new Command("publish", "Publish an Intel platform's certificates and collateral on chain. What is held already costs nothing.")
        {
            rpc, key, verifier, quote, collateral,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            string text = parsed.GetRequiredValue(verifier);
            Address contract = Address.TryParse(text, out Address address)
                ? address
                : throw new SurroundingsException($"--verifier wants an address such as 0x70997970C51812dc3A010C7d01b50e0d17dc79C8, found: '{text}'.");
            using Secp256k1PrivateKey payer = KeyFile.Open(parsed.GetRequiredValue(key).FullName);
            var files = PlatformFiles.Read(Content(parsed.GetRequiredValue(quote)), Content(parsed.GetRequiredValue(collateral)));
            Uri endpoint = parsed.GetValue(rpc) ?? throw new InvalidOperationException("required");
            return await RunAsync(screenFor(parsed), endpoint, payer, contract, files, cancellation).ConfigureAwait(false);
        });
        return command;
    }

    private static async Task<int> RunAsync(
        Screen screen, Uri rpc, Secp256k1PrivateKey payer, Address contract, PlatformFiles files, CancellationToken cancellation)
    {
        using ChainAccess chain = await ChainAccess.OpenAsync(rpc, TimeProvider.System, cancellation).ConfigureAwait(false);
        PlatformPublisher publisher = await PlatformPublisher
            .OpenAsync(chain, payer, contract, line => screen.Progress("  " + line), cancellation).ConfigureAwait(false);
        Hash256 pck = await publisher.PublishAsync(files, cancellation).ConfigureAwait(false);
        QuoteFactsRecord facts = await publisher.JudgeAsync(files.Quote, pck, cancellation).ConfigureAwait(false);
        screen.Say($"PCK certificate {pck}; the quote is genuine until {DateTimeOffset.FromUnixTimeSeconds((long)facts.ValidUntil):O}");
        screen.Answer(new JsonObject
        {
            ["pck"] = pck.ToString(),
            ["chipId"] = facts.ChipId.ToString(),
            ["measurement"] = facts.Measurement.ToString(),
            ["tee"] = facts.Tee == DcapCollateralContract.Tdx ? "TDX" : "SGX",
            ["status"] = facts.Status,
            ["evaluationNumber"] = facts.EvaluationNumber,
            ["validUntil"] = facts.ValidUntil,
        });
        return ExitCode.Done;
    }

    private static byte[] Content(FileInfo file) => file.Exists
        ? EvidenceFolder.ReadBounded(file.FullName)
        : throw new SurroundingsException($"the file {file.FullName} does not exist. Check the path.");
}
