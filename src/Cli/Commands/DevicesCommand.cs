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
        IReadOnlyDictionary<Ait.Chain.Hash256, ulong> absent = await network.AbsentAsync(roster, cancellation).ConfigureAwait(false);
        var rows = new List<IReadOnlyList<string>>();
        foreach ((RegisteredDevice device, byte profile) in roster.Zip(profiles))
        {
            DeviceResponse? seen = byGpu.GetValueOrDefault(device.GpuId);
            ulong resumableAt = device.Roster.RevokedBlock == 0 ? 0 : absent.GetValueOrDefault(device.GpuId);
            string validity = resumableAt != 0
                ? $"suspended for absence until {Instants.Text(resumableAt)}"
                : device.Roster.RevokedBlock != 0
                ? "revoked, retired or suspended"
                : device.IsUnproven
                ? "class not proven yet"
                : Instants.Text(device.Roster.ValidUntil);
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
                ["suspendedUntil"] = resumableAt == 0 ? null : resumableAt,
                ["unproven"] = device.IsUnproven,
                ["seatsPaid"] = seen?.SeatsPaid ?? 0,
                ["seatsUnpaid"] = seen?.SeatsUnpaid ?? 0,
            });
        }

        screen.Table(["slot", "class", "gpu", "operator", "host chip", "contract verified", "coordinator verified", "valid until", "seats"], rows);
        if (absent.Count > 0)
        {
            screen.Say("Who is suspended for absence comes back by a proof of life, which its miner gives by itself once the time is over: keep it running, its evidence fresh.");
        }

        return ExitCode.Done;
    }

    private static string Short(string hex) => $"{hex[..10]}…{hex[^4..]}";
}
