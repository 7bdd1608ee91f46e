using System.CommandLine;
using System.Text.Json.Nodes;
using Ait.Cli.Asking;
using Ait.Cli.Surroundings;
using Ait.Protocol.Http;

namespace Ait.Cli.Commands;

/// <summary>The roster from the chain, with what the coordinator knows beside it.</summary>
internal static class DevicesCommand
{
    internal static Command Build(Func<ParseResult, Screen> screenFor)
    {
        var options = new NetworkOptions();
        var command = new Command("devices", "List the registered GPUs: class, operator, host chip, what contract and coordinator verified, validity, what they earned.");
        options.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            using NetworkAccess network = await options.OpenAsync(parsed, cancellation).ConfigureAwait(false);
            return await RunAsync(screenFor(parsed), network, cancellation).ConfigureAwait(false);
        });
        return command;
    }

    private static async Task<int> RunAsync(Screen screen, NetworkAccess network, CancellationToken cancellation)
    {
        IReadOnlyList<RegisteredDevice> roster = await network.RosterAsync(cancellation).ConfigureAwait(false);
        IReadOnlyList<DeviceResponse> known = await network.Coordinator.DevicesAsync(cancellation).ConfigureAwait(false);
        Dictionary<Ait.Chain.Hash256, DeviceResponse> byGpu = known.GroupBy(device => device.GpuId).ToDictionary(group => group.Key, group => group.Last());
        IReadOnlyList<byte> profiles = await network.ProfilesAsync(roster, cancellation).ConfigureAwait(false);
        var rows = new List<IReadOnlyList<string>>();
        foreach ((RegisteredDevice device, byte profile) in roster.Zip(profiles))
        {
            DeviceResponse? seen = byGpu.GetValueOrDefault(device.GpuId);
            string validity = device.Roster.RevokedBlock != 0
                ? "revoked, retired or suspended"
                : device.IsUnproven
                ? "class not proven yet"
                : DateTimeOffset.FromUnixTimeSeconds((long)device.Roster.ValidUntil).ToString("yyyy-MM-dd HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture);
            rows.Add(
            [
                $"{device.Slot}", device.DeviceClass.ToString(), Short(device.GpuId.ToString()), Short(device.Operator.ToString()),
                Short(device.HostChip.ToString()), TrustNames.OfRegistry(profile), TrustNames.OfCoordinator(seen, device.EnclaveKey), validity, seen is null ? "" : $"{seen.SeatsPaid} paid, {seen.SeatsUnpaid} unpaid",
            ]);
            screen.Answer(new JsonObject
            {
                ["slot"] = device.Slot,
                ["gpuId"] = device.GpuId.ToString(),
                ["class"] = device.DeviceClass.ToString(),
                ["operator"] = device.Operator.ToString(),
                ["hostChip"] = device.HostChip.ToString(),
                ["enclaveKey"] = device.EnclaveKey.ToString(),
                ["profile"] = TrustNames.OfRegistry(profile),
                ["coordinatorVerdict"] = seen?.Verdict is { } verdict && seen.EnclaveKey == device.EnclaveKey
                    ? new JsonObject { ["profile"] = verdict.Profile, ["platform"] = verdict.Platform, ["summary"] = verdict.Summary, ["verifiedAt"] = verdict.VerifiedAt, ["validUntil"] = verdict.ValidUntil }
                    : null,
                ["validUntil"] = device.Roster.ValidUntil,
                ["revoked"] = device.Roster.RevokedBlock != 0,
                ["unproven"] = device.IsUnproven,
                ["seatsPaid"] = seen?.SeatsPaid ?? 0,
                ["seatsUnpaid"] = seen?.SeatsUnpaid ?? 0,
            });
        }

        screen.Table(["slot", "class", "gpu", "operator", "host chip", "contract verified", "coordinator verified", "valid until", "seats"], rows);
        return ExitCode.Done;
    }

    private static string Short(string hex) => $"{hex[..10]}…{hex[^4..]}";
}
