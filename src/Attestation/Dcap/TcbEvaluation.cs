namespace Ait.Attestation.Dcap;

/// <summary>
/// Patch levels as Intel's quote verification library evaluates them: the platform's row, the module's row, the
/// quoting enclave's row, and how they converge.
/// </summary>
internal static class TcbEvaluation
{
    /// <summary>
    /// The first row that the platform reaches in every component. Of a trust domain's levels, 0 and 1 describe the
    /// module and are skipped where the module has an identity of its own (its major version, level 1, is above 0).
    /// </summary>
    internal static TcbLevel? FindPlatform(TcbInfo info, PckCertificate pck, ReadOnlySpan<byte> teeTcbSvn)
    {
        foreach (TcbLevel level in info.Levels)
        {
            if (pck.PceSvn >= level.PceSvn && Reaches(pck.Components, level.SgxComponents) && Reaches(teeTcbSvn, level.TdxComponents))
            {
                return level;
            }
        }

        return null;
    }

    internal static SvnLevel? FindSvn(IReadOnlyList<SvnLevel> levels, int svn)
    {
        foreach (SvnLevel level in levels)
        {
            if (level.IsvSvn <= svn)
            {
                return level;
            }
        }

        return null;
    }

    /// <summary>What the platform's status becomes if the quoting enclave or the module has <paramref name="other"/>.</summary>
    internal static DcapTcbStatus Converge(DcapTcbStatus platform, DcapTcbStatus other)
    {
        if (platform == DcapTcbStatus.Revoked || other == DcapTcbStatus.Revoked)
        {
            return DcapTcbStatus.Revoked;
        }

        return other != DcapTcbStatus.OutOfDate ? platform : platform switch
        {
            DcapTcbStatus.UpToDate or DcapTcbStatus.SWHardeningNeeded => DcapTcbStatus.OutOfDate,
            DcapTcbStatus.ConfigurationNeeded or DcapTcbStatus.ConfigurationAndSWHardeningNeeded => DcapTcbStatus.OutOfDateConfigurationNeeded,
            _ => platform,
        };
    }

    /// <summary>TDX 1.5 reports the levels at launch and now. Old at launch and sound now means: launch again. Otherwise the launch counts.</summary>
    internal static DcapTcbStatus Relaunch(DcapTcbStatus launch, DcapTcbStatus current)
    {
        bool old = launch is DcapTcbStatus.OutOfDate or DcapTcbStatus.OutOfDateConfigurationNeeded;
        bool unconfigured = current is DcapTcbStatus.ConfigurationNeeded or DcapTcbStatus.ConfigurationAndSWHardeningNeeded;
        if (!old || !(unconfigured || current is DcapTcbStatus.UpToDate or DcapTcbStatus.SWHardeningNeeded))
        {
            return launch;
        }

        return unconfigured || launch == DcapTcbStatus.OutOfDateConfigurationNeeded
            ? DcapTcbStatus.TDRelaunchAdvisedConfigurationNeeded
            : DcapTcbStatus.TDRelaunchAdvised;
    }

    private static bool Reaches(IReadOnlyList<int> found, IReadOnlyList<int> least)
    {
        for (int index = 0; index < least.Count; index++)
        {
            if (found[index] < least[index])
            {
                return false;
            }
        }

        return true;
    }

    private static bool Reaches(ReadOnlySpan<byte> found, IReadOnlyList<int>? least)
    {
        if (found.IsEmpty)
        {
            return true;
        }

        if (least is null)
        {
            return false;
        }

        for (int index = found[1] > 0 ? 2 : 0; index < least.Count; index++)
        {
            if (found[index] < least[index])
            {
                return false;
            }
        }

        return true;
    }
}
