@echo off
rem Starts the web form on Windows. Copy this file to the desktop and double-click it.
rem If packets is not on the PATH, write its folder here:
rem set "PATH=C:\packets\.venv\Scripts;%PATH%"
title Packets
where packets >nul 2>nul
if errorlevel 1 (
    echo Packets was not found. Write its folder into the fourth line of this file, or ask the person who installed it.
    pause
    exit /b 1
)
packets serve
if errorlevel 1 pause
