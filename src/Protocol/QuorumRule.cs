using System.Numerics;
using Ait.Chain;

namespace Ait.Protocol;

/// <summary>How many equal results make an agreement: 2 of 3, 3 of 5, 4 of 7 seats. Silence counts against.</summary>
public static class QuorumRule
{
    /// <summary>Equal results needed among so many seats.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not 3, 5 or 7 seats.</exception>
    public static int Required(int seats) => seats switch
    {
        3 => 2,
        5 => 3,
        7 => 4,
        _ => throw new ArgumentOutOfRangeException(nameof(seats), seats, "3, 5 or 7 seats"),
    };

    /// <summary>Whether the seats of a bit mask are enough: 2 of the first three, 3 of the first five or 4 of seven. The contract's rule.</summary>
    public static bool IsAgreed(int seats) => IsAgreed(seats, 3) || IsAgreed(seats, 5) || IsAgreed(seats, 7);

    /// <summary>Decides a task. The order of the attestations does not matter.</summary>
    /// <param name="taskId">The task.</param>
    /// <param name="workloadHash">What it was to run.</param>
    /// <param name="seats">How many seats it has: 3, 5 or 7.</param>
    /// <param name="attestations">At most one attestation a device, all of this task and workload.</param>
    /// <returns>The agreement, or null while too few results are equal.</returns>
    /// <exception cref="ArgumentException">An attestation of another task or workload, two of one device, or more than there are seats.</exception>
    public static Agreement? Decide(Hash256 taskId, Hash256 workloadHash, int seats, IReadOnlyCollection<WorkAttestation> attestations)
    {
        ArgumentNullException.ThrowIfNull(attestations);
        int required = Required(seats);
        if (attestations.Count > seats)
        {
            throw new ArgumentException($"expected at most {seats} attestations, found {attestations.Count}", nameof(attestations));
        }

        var devices = new HashSet<Hash256>();
        foreach (WorkAttestation attestation in attestations)
        {
            if (attestation.Statement.TaskId != taskId || attestation.Statement.WorkloadHash != workloadHash)
            {
                throw new ArgumentException($"expected task {taskId}, found {attestation.Statement.TaskId} of workload {attestation.Statement.WorkloadHash}", nameof(attestations));
            }

            if (!devices.Add(attestation.Statement.GpuId))
            {
                throw new ArgumentException($"two attestations of device {attestation.Statement.GpuId}", nameof(attestations));
            }
        }

        // required is a strict majority of the seats: at most one result can reach it.
        IGrouping<Hash256, WorkAttestation>? agreed = attestations
            .GroupBy(attestation => attestation.Statement.ResultHash)
            .FirstOrDefault(group => group.Count() >= required);
        return agreed is null
            ? null
            : new Agreement(
                taskId,
                agreed.Key,
                [.. agreed.OrderBy(attestation => attestation.Statement.GpuId)],
                [.. attestations.Where(attestation => attestation.Statement.ResultHash != agreed.Key).OrderBy(attestation => attestation.Statement.GpuId)]);
    }

    private static bool IsAgreed(int seats, int first) => BitOperations.PopCount((uint)seats & ((1u << first) - 1)) >= Required(first);
}
