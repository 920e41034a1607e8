@echo off
rem Packets for Windows. Double-click this file: the web form opens in the browser.
rem In a command prompt it is the command: packets.bat batch monday.csv -o C:\Packets\monday
setlocal
title Packets
if not "%~1"=="" goto command
"%~dp0python\python.exe" -m @MODULE@ serve
if errorlevel 1 pause
exit /b %errorlevel%
:command
"%~dp0python\python.exe" -m @MODULE@ %*
exit /b %errorlevel%
