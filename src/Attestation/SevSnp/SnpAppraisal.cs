using System.Collections.Immutable;
using System.Globalization;

namespace Ait.Attestation.SevSnp;

/// <summary>Compares genuine facts with a policy and gathers every failure.</summary>
internal static class SnpAppraisal
{
    internal static void Appraise(
        SnpFacts facts, SnpReport report, SnpPolicy policy, bool revocationListGiven, ImmutableArray<RefusalReason>.Builder failures)
    {
        void Add(bool fails, Refusal code, string what, string expected, string found, int? offset = null)
        {
            if (fails)
            {
                failures.Add(new RefusalReason(code, what, expected, found, offset));
            }
        }

        Add(policy.Debug == DebugRule.Refused && facts.Policy.DebugAllowed, Refusal.DebugEnabled, "POLICY.DEBUG", "0", "1", 0x008);
        Add(policy.Migration == MigrationRule.Refused && facts.Policy.MigrationAgentAllowed, Refusal.MigrationAgentAllowed, "POLICY.MIGRATE_MA", "0", "1", 0x008);
        Add(facts.Vmpl > policy.MaximumVmpl, Refusal.PrivilegeLevel, "VMPL", $"at most {policy.MaximumVmpl}", $"{facts.Vmpl}", 0x030);
        Add(
            policy.SigningKey == SigningKeyRule.VcekOnly && facts.SigningKey != SnpSigningKey.Vcek,
            Refusal.VersionedKeyNotAllowed, "KEY_INFO.SIGNING_KEY", "VCEK", $"{facts.SigningKey}", 0x048);
        if (policy.Measurement.Check(facts.Measurement) is { } measurement)
        {
            failures.Add(measurement);
        }

        if (facts.ReportedTcb.FirstBelow(policy.MinimumTcb.For(facts.Product)) is { } low)
        {
            Add(true, Refusal.TcbBelowFloor, $"REPORTED_TCB.{low.Name}", $"at least {low.Floor}", $"{low.Value}", SnpReport.ReportedTcbOffset);
        }

        Add(
            !facts.CommittedTcb.IsAtMost(facts.CurrentTcb),
            Refusal.TcbCommittedAboveCurrent, "COMMITTED_TCB", $"at most {facts.CurrentTcb}", $"{facts.CommittedTcb}", 0x1E0);
        if (policy.ReportData.Check(facts.ReportData) is { } reportData)
        {
            failures.Add(reportData);
        }

        Add(policy.ChipId == ChipIdRule.Required && facts.ChipId is null, Refusal.ChipIdMasked, "CHIP_ID", "a chip id", "zeros", SnpReport.ChipIdOffset);
        SnpPlatformInfo lacking = policy.RequiredPlatformInfo & ~facts.PlatformInfo;
        Add(lacking != SnpPlatformInfo.None, Refusal.PlatformInfo, "PLATFORM_INFO", $"{policy.RequiredPlatformInfo}", $"without {lacking}", 0x040);
        ulong missing = policy.RequiredMitigations & ~report.CurrentMitigations;
        Add(missing != 0, Refusal.MitigationMissing, "CURRENT_MIT_VECTOR", Hex(policy.RequiredMitigations), $"without {Hex(missing)}", 0x200);
        Add(
            policy.Revocation == RevocationRule.Required && !revocationListGiven,
            Refusal.RevocationListMissing, "CRL", "a revocation list", "none");
    }

    private static string Hex(ulong bits) => string.Create(CultureInfo.InvariantCulture, $"0x{bits:x}");
}
