using System.Globalization;
using Ait.Chain;
using Ait.Engine;
using Ait.Miner.Configuring;
using Ait.Miner.Evidencing;
using Ait.Miner.Running;
using Ait.Protocol;

namespace Ait.Miner.Reporting;

/// <summary>Every event of the process itself, by name.</summary>
internal static class ProcessEvents
{
    public static MinerEvent Started(string version, Backend backend, Address enclaveKey) => new(
        "started",
        Severity.Information,
        $"Ait.Miner {version}: engine {EngineVersion.Id} passes its self-test on {backend}; enclave key {enclaveKey} lives in this process only.",
        [new Fact("version", version), new Fact("engineVersion", EngineVersion.Id), new Fact("backend", backend.ToString()), new Fact("enclaveKey", enclaveKey.ToString())]);

    public static MinerEvent Network(NetworkFacts network, MinerOptions options) => new(
        "network",
        network.Profile == "production" ? Severity.Information : Severity.Warning,
        $"Chain {network.Domain.ChainId.ToString(CultureInfo.InvariantCulture)}, mining registry {network.Domain.MiningRegistry}, coordinator {network.Coordinator}."
            + (options.DeploymentFile is null ? " The addresses are the coordinator's word: pin them with --deployment." : string.Empty)
            + (network.Profile == "production" ? string.Empty : " DEVELOPMENT network: EMULATED hardware is accepted, its AIT is worth nothing."),
        [
            new Fact("chainId", string.Empty, network.Domain.ChainId),
            new Fact("miningRegistry", network.Domain.MiningRegistry.ToString()),
            new Fact("deviceRegistry", network.DeviceRegistry.ToString()),
            new Fact("coordinator", network.Coordinator.ToString()),
            new Fact("profile", network.Profile),
        ]);

    public static MinerEvent Device(Hash256 gpuId, DeviceClass deviceClass, Address operatorAccount) => new(
        "device",
        Severity.Information,
        $"{deviceClass} {gpuId} for operator {operatorAccount}.",
        [new Fact("gpuId", gpuId.ToString()), new Fact("class", deviceClass.ToString()), new Fact("operator", operatorAccount.ToString())]);

    public static MinerEvent Refused(string code, string problem, string remedy) =>
        new("refused", Severity.Error, problem, [new Fact("code", code)]) { Remedy = remedy };

    public static MinerEvent SelfTestFailed(SelfTestResult result) => Refused(
        "EngineSelfTest",
        result switch
        {
            SelfTestResult.ResultDiffers differs => $"The engine's self-test fails on {differs.Backend}: expected {differs.Expected}, found {differs.Found}.",
            SelfTestResult.FloatingPointModeChanged changed => $"The engine's self-test fails: {changed.Fault}",
            _ => $"The engine's self-test fails: {result}",
        },
        "This machine would lose every seat. Look for a library that changes the floating-point mode (LD_PRELOAD), or for faulty hardware.");

    public static MinerEvent Ended(ContractRefusal refusal) => Refused(refusal.Code, refusal.Sentence, refusal.Remedy);
}
