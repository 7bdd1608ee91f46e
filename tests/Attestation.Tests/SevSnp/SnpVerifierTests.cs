using Ait.Attestation.SevSnp;
using Ait.Emulation.Amd;

namespace Ait.Attestation.Tests.SevSnp;

/// <summary>The report against its endorsement, and the appraisal of what it says.</summary>
public sealed class SnpVerifierTests
{
    [Theory]
    [InlineData(EmulatedProduct.Milan)]
    [InlineData(EmulatedProduct.Genoa)]
    [InlineData(EmulatedProduct.Turin)]
    public void Verify_acceptsAndReportsTheFacts(EmulatedProduct product)
    {
        Scenario good = Scenario.Good(product);
        SnpFacts facts = Assert.IsType<SnpFacts>(Assert.IsType<Verdict.Genuine>(good.Judge()).Facts);
        Assert.Equal(new ByteString(good.Chip.HardwareId), facts.ChipId);
        Assert.Equal(new ByteString(Scenario.Said.Measurement), facts.Measurement);
        Assert.Equal(good.Chip.Tcb.Snp, facts.ReportedTcb.Snp);
        Assert.Equal(good.Chip.Tcb.BootLoader, facts.ReportedTcb.BootLoader);
        Assert.Equal(good.Chip.Tcb.Microcode, facts.ReportedTcb.Microcode);
        Assert.Equal(good.VekRecipe.NotAfter, facts.ExpiresAt);
    }

    [Theory]
    [InlineData(0x19, 0x11)]
    [InlineData(0x19, 0x1F)]
    [InlineData(0x19, 0xA0)]
    [InlineData(0x19, 0xAF)]
    public void Verify_acceptsEveryGenoaProcessor(int family, int model) =>
        Scenario.Good().Resigned(0x188, 0x19 ^ family).Resigned(0x189, 0x11 ^ model).AssertGenuine();

    [Theory]
    [Refuses(Refusal.ProcessorMismatch)]
    [InlineData(0x19, 0x01)]
    [InlineData(0x19, 0x20)]
    [InlineData(0x19, 0x9F)]
    [InlineData(0x1A, 0x02)]
    [InlineData(0x17, 0x31)]
    [InlineData(0x00, 0x00)]
    public void Verify_refusesAProcessorOfAnotherProduct(int family, int model) =>
        Scenario.Good().Resigned(0x188, 0x19 ^ family).Resigned(0x189, 0x11 ^ model).AssertRefused(Refusal.ProcessorMismatch);

    [Fact]
    [Refuses(Refusal.SigningKeyMismatch)]
    public void Verify_refusesIfTheReportNamesAnotherKindOfKey() =>
        Scenario.Good(said: Scenario.Said with { LoadedKey = true }).AssertRefused(Refusal.SigningKeyMismatch);

    [Fact]
    [Refuses(Refusal.ReportSignature)]
    public void Verify_refusesTheCertificateOfAnotherChip()
    {
        Scenario good = Scenario.Good();
        (good with { Vek = Scenario.Good().Vek }).AssertRefused(Refusal.ReportSignature);
    }

    [Theory]
    [Refuses(Refusal.TcbMismatch)]
    [InlineData(0x180, 1)]
    [InlineData(0x181, 1)]
    [InlineData(0x182, 1)]
    [InlineData(0x185, 0x80)]
    [InlineData(0x186, 1)]
    [InlineData(0x187, 1)]
    public void Verify_refusesIfAnyReportedLevelIsNotTheEndorsedOne(int offset, int bits) =>
        Scenario.Good().Resigned(offset, bits).AssertRefused(Refusal.TcbMismatch);

    [Theory]
    [Refuses(Refusal.ChipIdMismatch)]
    [InlineData(EmulatedProduct.Genoa, 0x1A0)]
    [InlineData(EmulatedProduct.Genoa, 0x1DF)]
    [InlineData(EmulatedProduct.Turin, 0x1A7)]
    [InlineData(EmulatedProduct.Turin, 0x1A8)]
    [InlineData(EmulatedProduct.Turin, 0x1DF)]
    public void Verify_refusesAnotherChipId(EmulatedProduct product, int offset) =>
        Scenario.Good(product).Resigned(offset, 1).AssertRefused(Refusal.ChipIdMismatch);

    [Fact]
    public void Verify_refusesAZeroChipIdIfTheKeyIsNotMasked()
    {
        Scenario good = Scenario.Good();
        byte[] report = [.. good.Report];
        report.AsSpan(0x1A0, 64).Clear();
        (good with { Report = good.Chip.Sign(report) }).AssertRefused(Refusal.ChipIdMismatch);
    }

    [Fact]
    [Refuses(Refusal.ChipIdMasked)]
    public void Verify_refusesAMaskedChipIdIfOneIsRequired()
    {
        Scenario masked = Scenario.Good(said: Scenario.Said with { MaskChip = true });
        Assert.Null(Assert.IsType<Verdict.Genuine>(masked.Judge()).Facts.ChipId);
        (masked with { Policy = SnpPolicy.Baseline with { ChipId = ChipIdRule.Required } }).AssertRefused(Refusal.ChipIdMasked);
    }

    [Fact]
    [Refuses(Refusal.VersionedKeyNotAllowed)]
    public void Verify_refusesAVersionedKeyIfOnlyChipKeysAreAccepted()
    {
        Scenario good = Scenario.Good(said: Scenario.Said with { LoadedKey = true });
        Scenario loaded = good with
        {
            Vek = good.Root.IssueByAsk(good.Chip.VlekRecipe(Scenario.Now.AddDays(-1))),
            Ask = good.Root.IssueByArk(good.Root.AsvkRecipe),
        };
        loaded.AssertGenuine();
        (loaded with { Policy = SnpPolicy.Baseline with { SigningKey = SigningKeyRule.VcekOnly } }).AssertRefused(Refusal.VersionedKeyNotAllowed);
    }

    [Fact]
    [Refuses(Refusal.DebugEnabled)]
    public void Verify_refusesDebug()
    {
        Scenario debug = Scenario.Good(said: Scenario.Said with { Debug = true });
        debug.AssertRefused(Refusal.DebugEnabled);
        (debug with { Policy = SnpPolicy.Baseline with { Debug = DebugRule.DangerouslyAllowed } }).AssertGenuine();
    }

    [Fact]
    [Refuses(Refusal.MigrationAgentAllowed)]
    public void Verify_refusesMigrationAgents()
    {
        Scenario moved = Scenario.Good(said: Scenario.Said with { MigrationAgent = true });
        moved.AssertRefused(Refusal.MigrationAgentAllowed);
        (moved with { Policy = SnpPolicy.Baseline with { Migration = MigrationRule.DangerouslyAllowed } }).AssertGenuine();
    }

    [Fact]
    [Refuses(Refusal.PrivilegeLevel)]
    public void Verify_refusesALevelAboveTheMaximum()
    {
        Scenario low = Scenario.Good(said: Scenario.Said with { Vmpl = 1 });
        low.AssertGenuine();
        (low with { Policy = SnpPolicy.Baseline with { MaximumVmpl = 0 } }).AssertRefused(Refusal.PrivilegeLevel);
        Scenario.Good().Resigned(0x030, 4).AssertRefused(Refusal.PrivilegeLevel);
    }

    [Fact]
    [Refuses(Refusal.MeasurementNotAllowed)]
    public void Verify_refusesAMeasurementThatIsNotListed()
    {
        Scenario good = Scenario.Good();
        var listed = new ByteString(Scenario.Said.Measurement);
        (good with { Policy = SnpPolicy.Baseline with { Measurement = MeasurementRule.OneOf([listed]) } }).AssertGenuine();
        var other = new ByteString(Bytes.Flip(Scenario.Said.Measurement, 47, 1));
        (good with { Policy = SnpPolicy.Baseline with { Measurement = MeasurementRule.OneOf([other]) } }).AssertRefused(Refusal.MeasurementNotAllowed);
        (good with { Policy = SnpPolicy.Baseline with { Measurement = MeasurementRule.OneOf([]) } }).AssertRefused(Refusal.MeasurementNotAllowed);
    }

    [Fact]
    [Refuses(Refusal.ReportDataMismatch)]
    public void Verify_refusesOtherReportData()
    {
        Scenario good = Scenario.Good();
        (good with { Policy = SnpPolicy.Baseline with { ReportData = ReportDataRule.Exactly(new ByteString(Scenario.Said.ReportData)) } }).AssertGenuine();
        var other = new ByteString(Bytes.Flip(Scenario.Said.ReportData, 63, 1));
        (good with { Policy = SnpPolicy.Baseline with { ReportData = ReportDataRule.Exactly(other) } }).AssertRefused(Refusal.ReportDataMismatch);
    }

    [Theory]
    [Refuses(Refusal.TcbBelowFloor)]
    [InlineData(EmulatedProduct.Genoa, 0, 11, 0, 0, 0, "bl")]
    [InlineData(EmulatedProduct.Genoa, 0, 0, 1, 0, 0, "tee")]
    [InlineData(EmulatedProduct.Genoa, 0, 0, 0, 24, 0, "snp")]
    [InlineData(EmulatedProduct.Genoa, 0, 0, 0, 0, 85, "ucode")]
    [InlineData(EmulatedProduct.Genoa, 1, 0, 0, 0, 0, "fmc")]
    [InlineData(EmulatedProduct.Turin, 1, 0, 0, 0, 0, "fmc")]
    [InlineData(EmulatedProduct.Turin, 0, 2, 0, 0, 0, "bl")]
    [InlineData(EmulatedProduct.Turin, 0, 0, 0, 3, 0, "snp")]
    public void Verify_refusesIfOneComponentIsBelowItsFloor(EmulatedProduct product, byte fmc, byte bl, byte tee, byte snp, byte ucode, string name)
    {
        var floor = new TcbFloor(fmc, bl, tee, snp, ucode);
        RefusalReason reason = (Scenario.Good(product) with { Policy = SnpPolicy.Baseline with { MinimumTcb = TcbFloors.Uniform(floor) } })
            .AssertRefused(Refusal.TcbBelowFloor);
        Assert.Equal($"REPORTED_TCB.{name}", reason.What);
    }

    [Fact]
    public void Verify_comparesLevelsByComponentAndNotAsOneNumber()
    {
        // A high microcode level outweighs everything below it in a number, and nothing in a comparison by component.
        var exact = new TcbFloor(0, 10, 0, 23, 84);
        (Scenario.Good() with { Policy = SnpPolicy.Baseline with { MinimumTcb = TcbFloors.Uniform(exact) } }).AssertGenuine();
        var lower = new TcbFloor(0, 11, 0, 23, 1);
        (Scenario.Good() with { Policy = SnpPolicy.Baseline with { MinimumTcb = TcbFloors.Uniform(lower) } }).AssertRefused(Refusal.TcbBelowFloor);
    }

    [Fact]
    public void Verify_usesTheFloorOfTheProduct()
    {
        var impossible = new TcbFloor(0, 255, 0, 0, 0);
        SnpPolicy policy = SnpPolicy.Baseline with { MinimumTcb = new TcbFloors(impossible, TcbFloor.AnyVersion, impossible) };
        (Scenario.Good() with { Policy = policy }).AssertGenuine();
        (Scenario.Good(EmulatedProduct.Milan) with { Policy = policy }).AssertRefused(Refusal.TcbBelowFloor);
    }

    [Fact]
    [Refuses(Refusal.TcbCommittedAboveCurrent)]
    public void Verify_refusesACommittedLevelAboveTheCurrentOne() => Scenario.Good().Resigned(0x1E6, 0x20).AssertRefused(Refusal.TcbCommittedAboveCurrent);

    [Fact]
    [Refuses(Refusal.PlatformInfo)]
    public void Verify_refusesIfARequiredPlatformPropertyIsAbsent()
    {
        SnpPolicy policy = SnpPolicy.Baseline with { RequiredPlatformInfo = SnpPlatformInfo.AliasCheckComplete };
        (Scenario.Good() with { Policy = policy }).AssertGenuine();
        (Scenario.Good().Resigned(0x040, 0x20) with { Policy = policy }).AssertRefused(Refusal.PlatformInfo);
    }

    [Fact]
    [Refuses(Refusal.MitigationMissing)]
    public void Verify_refusesIfARequiredMitigationIsAbsent()
    {
        SnpPolicy policy = SnpPolicy.Baseline with { RequiredMitigations = 0x3 };
        Scenario good = Scenario.Good(said: Scenario.Said with { Version = 5 }) with { Policy = policy };
        good.AssertGenuine();
        good.Resigned(0x200, 2).AssertRefused(Refusal.MitigationMissing);
        (Scenario.Good() with { Policy = policy }).AssertRefused(Refusal.MitigationMissing);
    }

    [Fact]
    public void Verify_reportsEveryPolicyFailureAtOnce()
    {
        Scenario bad = Scenario.Good(said: Scenario.Said with { Debug = true, MigrationAgent = true, Vmpl = 2 }) with
        {
            Policy = SnpPolicy.Baseline with { MaximumVmpl = 0, Revocation = RevocationRule.Required },
        };
        Assert.Equal(
            [Refusal.DebugEnabled, Refusal.MigrationAgentAllowed, Refusal.PrivilegeLevel, Refusal.RevocationListMissing],
            Assert.IsType<Verdict.Refused>(bad.Judge()).Reasons.Select(reason => reason.Code));
    }

    [Fact]
    public void Verify_reportsTheFirstCryptographicFailureAlone()
    {
        Scenario debug = Scenario.Good(said: Scenario.Said with { Debug = true });
        Scenario forged = debug with { Report = Bytes.Flip(debug.Report, 0x50, 1) };
        forged.AssertRefused(Refusal.ReportSignature);
        Assert.Single(Assert.IsType<Verdict.Refused>(forged.Judge()).Reasons);
    }

    [Fact]
    public void ForDevice_acceptsOnlyTheBindingAndProgramItNames()
    {
        Scenario good = Scenario.Good();
        SnpPolicy policy = SnpPolicy.ForDevice(
            new ByteString(Scenario.Said.ReportData), [new ByteString(Scenario.Said.Measurement)], TcbFloors.AnyVersion);
        (good with { Policy = policy }).AssertGenuine();
        (Scenario.Good(said: Scenario.Said with { ReportData = new byte[64] }) with { Policy = policy }).AssertRefused(Refusal.ReportDataMismatch);
        (Scenario.Good(said: Scenario.Said with { MaskChip = true }) with { Policy = policy }).AssertRefused(Refusal.ChipIdMasked);
    }
}
