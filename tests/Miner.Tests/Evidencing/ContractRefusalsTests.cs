using Ait.Chain.Abi;
using Ait.Chain.Contracts;
using Ait.Miner.Evidencing;

namespace Ait.Miner.Tests.Evidencing;

public sealed class ContractRefusalsTests
{
    private static readonly string[] s_evidenceContracts = ["DeviceRegistry", "CertificateCache", "SnpVerifier"];

    public static TheoryData<string, string> Errors()
    {
        var data = new TheoryData<string, string>();
        foreach (string contract in s_evidenceContracts.Where(ContractArtifact.Names.Contains))
        {
            foreach (AbiError error in ContractArtifact.Load(contract).Abi.Errors)
            {
                data.Add(contract, error.Name);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Errors))]
    public void OfError_saysEveryErrorWithARemedy(string contract, string name)
    {
        AbiError error = ContractArtifact.Load(contract).Abi.Errors.First(candidate => candidate.Name == name);
        ContractRefusal refusal = ContractRefusals.OfError(name, [.. error.Inputs.Select(_ => "1")]);

        Assert.Equal(name, refusal.Code);
        Assert.EndsWith(".", refusal.Sentence, StringComparison.Ordinal);
        Assert.NotEmpty(refusal.Remedy);
    }

    [Theory]
    [InlineData("DeviceAlreadyRegistered")]
    [InlineData("DeviceIsRevoked")]
    [InlineData("ClassUnknown")]
    [InlineData("ClassMismatch")]
    [InlineData("ReportDataMismatch")]
    [InlineData("MeasurementNotAllowed")]
    [InlineData("ChallengeBlockUnknown")]
    [InlineData("HostFull")]
    [InlineData("EvidenceReused")]
    [InlineData("EnclaveKeyInUse")]
    [InlineData("EvidenceExpired")]
    [InlineData("NotOperator")]
    public void OfError_hasItsOwnSentenceForEachErrorOfARegistration(string name)
    {
        Assert.Contains(ContractArtifact.Load("DeviceRegistry").Abi.Errors, error => error.Name == name);
        Assert.DoesNotContain("The contract refuses the evidence", ContractRefusals.OfError(name, ["1", "2"]).Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void OfError_toleratesMissingArguments() => Assert.NotEmpty(ContractRefusals.OfError("HostFull", []).Sentence);
}
